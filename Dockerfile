# Sluice as one image, for every process of an installation: "serve" (the default), "serve --only api", "serve --only worker",
# and the commands, such as "backup". It holds no PostgreSQL: give it DATABASE_URL or DATABASE_URL_FILE, and
# SLUICE_KEY or SLUICE_KEY_FILE, when it is started. compose.yaml does so; docs/install.md explains it.
ARG NODE=24-bookworm-slim

# The program and its pages, built with everything that the lock file names.
FROM node:${NODE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json ./
COPY bin ./bin
COPY scripts ./scripts
COPY simulator ./simulator
COPY src ./src
COPY web ./web
RUN npm run build

FROM node:${NODE}
ENV NODE_ENV=production \
    SLUICE_HOST=0.0.0.0 \
    SLUICE_HOME=/var/lib/sluice
WORKDIR /app
# Only what is made when no key is given is written, and only here.
RUN install -d -m 0700 -o node -g node /var/lib/sluice
# The program has its packages in it, but for the one that is compiled for the machine.
COPY --from=build /build/node_modules/@node-rs ./node_modules/@node-rs
COPY package.json LICENSE ./
COPY bin ./bin
COPY --from=build /build/dist ./dist
USER node
EXPOSE 8377
# Every process that serves or works answers it.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.SLUICE_PORT || 8377}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# No shell in between, so SIGTERM reaches the program: it finishes what is being written and ends.
ENTRYPOINT ["node", "bin/sluice.js"]
CMD ["serve"]
