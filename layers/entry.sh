#!/bin/sh
# What every image starts with: entry.sh HANDLER. Lambda says where its runtime's interface is; any other platform
# says at which PORT to answer plain HTTP. Without either: as AWS's base image does, under its emulator.
set -eu
if [ -z "${AWS_LAMBDA_RUNTIME_API:-}" ] && [ -n "${PORT:-}" ]; then
    exec python -m common.http.plain "$@"
fi
exec /lambda-entrypoint.sh "$@"
