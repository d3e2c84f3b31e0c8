FROM python:3.13-slim

WORKDIR /app
COPY requirements.lock ./
# Bytecode is left out: the SDK's alone would double the image.
RUN pip install --no-cache-dir --no-compile --require-hashes -r requirements.lock \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin dac \
    && mkdir /data && chown dac: /data

COPY manifest.yml ./
COPY dac ./dac
COPY approvals ./approvals
COPY commands ./commands
COPY bot ./bot

# Requests and their history live here. Two replicas may share it only on one machine: SQLite's locks do not
# cross a network file system.
VOLUME /data
ENV DAC_DATABASE=/data/dac.sqlite3 \
    DAC_POLICY_FILE=/data/policy.toml \
    DAC_HTTP_PORT=8080 \
    PYTHONUNBUFFERED=1

USER 10001
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
CMD ["python", "-m", "bot"]
