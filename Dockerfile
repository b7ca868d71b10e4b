# Two stages: the first installs the hash-locked requirements, the second runs them as nobody in particular.
# docker build -t registry . && docker run --read-only --tmpfs /tmp -v registry-data:/data -p 127.0.0.1:8000:8000 -e REGISTRY_TRUSTED_PROXIES=172.17.0.1 registry
# It listens on all addresses of the container, so it wants to know the proxy in front that ends TLS (172.17.0.1 is Docker's own host).
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/registry
COPY requirements.txt ./
RUN /opt/registry/bin/pip install --no-cache-dir --require-hashes -r requirements.txt
COPY pyproject.toml README.md ./
COPY registry ./registry
COPY policies ./policies
RUN /opt/registry/bin/pip install --no-cache-dir --no-build-isolation --no-deps .

FROM python:3.13-slim
RUN useradd --uid 10001 --no-create-home registry && mkdir /data && chown registry /data
COPY --from=build /opt/registry /opt/registry
USER registry
# State is in the volume. For PostgreSQL set one variable: REGISTRY_DATABASE_URL=postgresql://user:password@host/name
ENV REGISTRY_HOME=/data REGISTRY_HOST=0.0.0.0 PATH=/opt/registry/bin:$PATH PYTHONDONTWRITEBYTECODE=1
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
# The first start prints the keys once (docker logs); later starts change nothing.
CMD ["sh", "-c", "registry init && exec registry serve"]
