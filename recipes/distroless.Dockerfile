# The program for glibc, on an image that has glibc and certificate authorities, named with its digest:
#   docker build --file distroless.Dockerfile --build-arg BASE=gcr.io/distroless/cc-debian13@sha256:... \
#     --build-arg URL=... --build-arg SHA256=... .
ARG BASE
FROM ${BASE}
ARG URL
ARG SHA256
ADD --checksum=sha256:${SHA256} --chmod=0755 ${URL} /usr/local/bin/entra-auth-cli
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/entra-auth-cli"]
