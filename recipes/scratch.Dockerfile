# The static program, certificate authorities, and nothing else. In the unpacked folder of an archive for Linux, whose digest was
# checked (`sha256sum --check --ignore-missing SHA256SUMS`), with a copy of the machine's authorities:
#   cp /etc/ssl/certs/ca-certificates.crt . && docker build --file scratch.Dockerfile .
FROM scratch
COPY --chmod=0755 entra-auth-cli /entra-auth-cli
COPY --chmod=0444 ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
USER 65532:65532
ENTRYPOINT ["/entra-auth-cli"]
