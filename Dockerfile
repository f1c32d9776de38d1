# The worker in a small image: a stage that installs the lock, and one that only runs it, as a user without rights.
# Debian's own Python, so that what is below can be tried line by line in any Debian, without Docker.

FROM debian:bookworm-slim AS build

RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates python3 python3-venv

WORKDIR /app
COPY requirements.txt deploy/requirements-opensearch.txt ./

# The lock that is installed: with `--build-arg LOCK=requirements-opensearch.txt` the archive may lie in a cluster.
ARG LOCK=requirements.txt

# pip stays behind in this stage: a venv of its own installs into the other, where a library asked for one as well.
RUN python3 -m venv /opt/pip && python3 -m venv --without-pip /opt/venv
RUN /opt/pip/bin/pip --python /opt/venv/bin/python install --no-cache-dir --require-hashes -r "$LOCK" \
    && /opt/pip/bin/pip --python /opt/venv/bin/python uninstall --yes pip

# What tests of libraries need is not shipped; what is compiled now needs no disk that can be written to later.
RUN find /opt/venv -depth -type d \( -name tests -o -name test \) -exec rm -rf {} +
COPY corpus corpus
COPY bot bot
RUN python3 -m compileall -q bot corpus


FROM debian:bookworm-slim

# tini is PID 1: it hands signals on, and takes in what a killed reindex leaves behind, which no Python does.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates python3 tini \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/log/apt /var/log/dpkg.log

RUN groupadd --gid 10001 dateline \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin dateline \
    && mkdir /data \
    && chown dateline:dateline /data

COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
COPY deploy/dateline /usr/local/bin/dateline

# There is no VOLUME: each host mounts its disk at /data itself, and Railway builds no image that names one.
ENV PATH=/opt/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    PYTHONPATH=/app \
    LANG=C.UTF-8 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MPLCONFIGDIR=/tmp/matplotlib \
    DATA_DIR=/data \
    HEARTBEAT_FILE=/tmp/heartbeat

WORKDIR /app
USER 10001:10001
STOPSIGNAL SIGTERM

# The worker touches this file every ten seconds while its connection lives.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD find "$HEARTBEAT_FILE" -mmin -1 | grep -q .

ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["python", "-m", "bot"]
