# The static program (musl), certificate authorities, and nothing else:
#   docker build --file scratch.Dockerfile --build-arg URL=... --build-arg SHA256=... .
# in a folder that has ca-certificates.crt, such as a copy of /etc/ssl/certs/ca-certificates.crt.
FROM scratch
ARG URL
ARG SHA256
ADD --checksum=sha256:${SHA256} --chmod=0755 ${URL} /entra-auth-cli
COPY --chmod=0444 ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
USER 65532:65532
ENTRYPOINT ["/entra-auth-cli"]
