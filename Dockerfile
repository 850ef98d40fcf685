# The image of Headgate: the binary and the libraries it is linked with, nothing else. No shell, no package manager.
#   docker build -t headgate .     or, where no registry can be reached: tools/build-image
ARG BASE=docker.io/library/debian:12

FROM ${BASE} AS build
WORKDIR /headgate
# The packages first: they change less often than the sources.
COPY config/packages.txt config/packages.txt
COPY tools/deps tools/deps
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends make && tools/deps build
COPY . .
ARG JOBS=
ARG BUILD=
RUN HEADGATE_BUILD=$BUILD make build ${JOBS:+JOBS=$JOBS}
RUN tools/image-root build/release/headgate /image

FROM scratch
COPY --from=build /image/ /
USER 65532:65532
EXPOSE 80 443 10254
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/headgate"]
