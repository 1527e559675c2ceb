ansible-playbook -i hosts.yml rootless.podman.deploy -e @answers.yml
