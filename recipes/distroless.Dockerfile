# The static program on an image that brings certificate authorities and their updates, named by its digest. In the unpacked folder
# of an archive for Linux, whose digest was checked (`sha256sum --check --ignore-missing SHA256SUMS`):
#   docker build --file distroless.Dockerfile --build-arg BASE=gcr.io/distroless/static-debian13@sha256:... .
ARG BASE
FROM ${BASE}
COPY --chmod=0755 entra-auth-cli /usr/local/bin/entra-auth-cli
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/entra-auth-cli"]
