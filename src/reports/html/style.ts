/** How the page looks: on a phone, on a wide screen, in the dark and on paper. Colours have a contrast of 4.5 at least. */
export const style = `
:root { color-scheme: light dark; --back: #fff; --card: #f6f8fa; --text: #1b1f24; --faint: #57606a; --line: #d0d7de;
  --bad: #b3261e; --warn: #7a5200; --good: #116329; --link: #0b57d0; }
@media (prefers-color-scheme: dark) { :root { --back: #0f141a; --card: #161c24; --text: #e6edf3; --faint: #9aa7b4;
  --line: #3d444d; --bad: #ff8f85; --warn: #e3b341; --good: #56d364; --link: #79b8ff; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 70rem; padding: 1rem; background: var(--back); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.3rem; line-height: 1.25; margin: 2.5rem 0 .3rem; padding-top: .8rem; border-top: 2px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
p, ul, ol, dl { margin: .4rem 0; }
code, pre { font-family: ui-monospace, monospace; font-size: .88em; }
a { color: var(--link); }
a.skip { position: absolute; left: -999rem; }
a.skip:focus { position: static; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.faint, figcaption { color: var(--faint); }
.bad { color: var(--bad); }
.warn { color: var(--warn); }
.good { color: var(--good); }
.score { font-size: 2.2rem; font-weight: 700; line-height: 1.1; margin: .6rem 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
caption { text-align: left; color: var(--faint); padding-bottom: .3rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); }
td, th { min-width: 3.5rem; }
table.matrix { width: auto; }
table.matrix td, table.matrix thead th { min-width: 0; text-align: center; padding: .3rem .45rem; }
table.matrix thead th:first-child { text-align: left; }
ul.items, ol.items { list-style: none; padding: 0; }
.items > li { background: var(--card); border-left: 4px solid var(--line); padding: .5rem .7rem; margin: .5rem 0; }
.items > li.is-bad { border-color: var(--bad); }
.items > li.is-warn { border-color: var(--warn); }
.items > li.is-good { border-color: var(--good); }
.items p { margin: 0 0 .2rem; }
dl.said { display: grid; grid-template-columns: max-content 1fr; gap: 0 .8rem; margin: .2rem 0 0; font-size: .92rem; }
dl.said dt { color: var(--faint); }
dl.said dd { margin: 0; }
ul.things { padding-left: 1.1rem; margin: .3rem 0 0; }
.things li { margin: 0 0 .3rem; }
details { margin: .5rem 0; }
summary { cursor: pointer; padding: .3rem 0; }
pre { overflow-x: auto; background: var(--card); border: 1px solid var(--line); padding: .6rem; margin: .4rem 0; }
pre.text { white-space: pre-wrap; }
nav ul { padding-left: 1.2rem; }
svg { display: block; width: 100%; max-width: 30rem; height: auto; }
svg .axis { stroke: var(--line); stroke-width: 1; }
svg .line { stroke: var(--link); stroke-width: 2.5; fill: none; }
svg .dot { fill: var(--link); }
svg text { fill: var(--text); font: 12px system-ui, sans-serif; }
@media (max-width: 30rem) { dl.said { grid-template-columns: 1fr; } dl.said dd { margin: 0 0 .3rem; }
  .score { font-size: 1.8rem; } }
@media print { :root { --back: #fff; --card: #fff; --text: #000; --faint: #444; --line: #999; --bad: #8c1d18;
  --warn: #5f4000; --good: #0b4a1e; --link: #000; }
  body { max-width: none; padding: 0; font-size: 10pt; } nav, a.skip { display: none; }
  details::details-content { content-visibility: visible; block-size: auto; }
  summary { list-style: none; } .wide, pre { overflow: visible; } pre { white-space: pre-wrap; }
  .items > li, tr { break-inside: avoid; } h2, h3, summary { break-after: avoid; } }
`;
