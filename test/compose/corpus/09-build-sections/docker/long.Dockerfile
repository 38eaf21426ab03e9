ARG VERSION=3
FROM golang:1.25 AS build
WORKDIR /src
COPY . .
RUN go build -o /long .

FROM debian:13-slim AS run
RUN groupadd -r app && useradd -r -g app app
WORKDIR /app
COPY --from=build /long /app/long
USER app
HEALTHCHECK CMD ["/app/long", "--health"]
CMD ["/app/long"]

FROM run AS debug
USER root
