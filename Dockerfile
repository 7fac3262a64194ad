# syntax=docker/dockerfile:1
# The gateway with its console. Build: docker build -t voiceassist-gateway:0.1.0 .
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
RUN npx tsc -b services/api-gateway && npm run build -w apps/console
# Without the development's dependencies npm follows the gateway's alone. The built files stay.
RUN --mount=type=cache,target=/root/.npm \
    npm pkg delete devDependencies --workspaces && \
    npm ci --ignore-scripts --omit=dev -w services/api-gateway && \
    rm -rf packages/testkit */*/src */*/test

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8000 DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/packages packages
COPY --from=build /app/services services
COPY --from=build /app/apps apps
# Written to by the embedded database and cache alone; with servers and given secrets, by nothing.
RUN install -d -o 10001 -g 10001 -m 0700 /data
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=5m --start-interval=2s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node is process 1: it acts on SIGTERM itself, and reaps the processes that read PDFs.
ENTRYPOINT ["node", "services/api-gateway/bin/voiceassist.js"]
CMD ["serve"]
