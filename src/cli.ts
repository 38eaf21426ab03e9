/** argv -> command -> exit status. The only file with process.exit, process.env and stdout. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { Command, CommanderError, Option } from "commander";
import { asHardenError } from "./commands/each.ts";
import type { Ports } from "./commands/ports.ts";
import { exitStatus, HardenError } from "./errors.ts";
import { type Paint, plain } from "./reports/paint.ts";
import { connect } from "./transports/connect.ts";
