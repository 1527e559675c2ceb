# {{ ansible_managed }}
# shellcheck shell=sh
# Role rootless.podman.rootless_host, variable rootless_host_docker_host_accounts: Docker's clients find Podman of these accounts.
rootless_host_accounts="{{ rootless_host_docker_host_accounts | join(' ') }}"
case " $rootless_host_accounts " in
    *" $(id -un) "*)
        DOCKER_HOST="unix:///run/user/$(id -u)/podman/podman.sock"
        export DOCKER_HOST
        ;;
esac
unset rootless_host_accounts
