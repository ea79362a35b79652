#!/usr/bin/env bash
# Sourced by what needs wrk, nginx (with its echo module), Kannel or Chromium: tools NAME…
# As root on Debian it installs what is missing; elsewhere it names it and ends.
export PATH="$PATH:/usr/sbin"
tools() {
  local missing=() tool
  for tool in "$@"; do
    case "$tool" in
      wrk) command -v wrk > /dev/null || missing+=(wrk) ;;
      nginx) { command -v nginx > /dev/null && [ -e /usr/lib/nginx/modules/ngx_http_echo_module.so ]; } || missing+=(nginx-light libnginx-mod-http-echo) ;;
      chromium) command -v chromium > /dev/null || missing+=(chromium) ;;
      kannel) command -v bearerbox > /dev/null || missing+=(kannel) ;;
    esac
  done
  if [ ${#missing[@]} = 0 ]; then
    return
  fi
  if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
    echo "This needs ${missing[*]} (names of Debian's packages); install them first" >&2
    exit 1
  fi
  echo "Installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y -qq "${missing[@]}" > /dev/null || { apt-get update -qq && apt-get install -y -qq "${missing[@]}" > /dev/null; }
}

# Compiles the benchmarks that are given, and sets the class path of them and of the bundle.
compiled() {
  ulimit -n 16384
  mvn -q compile dependency:build-classpath -Dmdep.outputFile=target/classpath.txt -DincludeScope=runtime
  mkdir -p target/benchmarks/classes
  classpath="target/benchmarks/classes:target/classes:$(cat target/classpath.txt)"
  javac -proc:none -nowarn --release 17 -d target/benchmarks/classes -cp "$classpath" -sourcepath benchmarks "$@"
}
