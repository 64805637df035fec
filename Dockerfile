# syntax=docker/dockerfile:1

FROM node:22-bookworm-slim AS node

# Builds the release bundle with the project's own command, which installs the other tools. The caches persist between builds,
# so the tools are compiled only once.
FROM rust:1-bookworm AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends python3 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules/npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
    && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
WORKDIR /source
COPY . .
ENV CARGO_TARGET_DIR=/cache/target XDG_CACHE_HOME=/cache/tools
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/cache,sharing=locked \
    cargo xtask build

# The runtime image: the binary, with the client beside it.
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /source/dist /app
WORKDIR /app
USER 65532:65532
# A container receives requests from outside its network namespace.
ENV HOST=0.0.0.0
EXPOSE 8080
ENTRYPOINT ["/app/ticketing"]
