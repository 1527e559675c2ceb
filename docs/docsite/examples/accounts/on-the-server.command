cd / && sudo -u library XDG_RUNTIME_DIR=/run/user/$(id -u library) podman ps
