# {{ ansible_managed }}
# Role rootless.podman.rootless_host, variable rootless_host_docker_host_accounts: Docker's clients find Podman of these accounts.
case "$(id -un)" in
    {{ rootless_host_docker_host_accounts | map('quote') | join(' | ') }})
        DOCKER_HOST="unix:///run/user/$(id -u)/podman/podman.sock"
        export DOCKER_HOST
        ;;
esac
