# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options about health checks; they mirror _resources/container_rows/health.py."""

from __future__ import annotations


class ModuleDocFragment:
    """Checks, and where their results go."""

    DOCUMENTATION = r"""
options:
  healthcheck:
    description:
      - The command that tells whether the container is healthy. A string is run by the shell of the container, a list as it is. V(none) turns the
        image's own check off.
      - O(wait) waits for it. It is run once when the container has started, and then every O(healthcheck_interval).
    type: raw
    aliases: [health_cmd]
  healthcheck_interval:
    description:
      - The time between two checks, such as V(30s), V(1m30s) or V(500ms). A number alone is seconds. V(disable) means no checks by a timer.
      - V(30s) when left out and there is a O(healthcheck). When the first check fails, O(wait) takes one interval more, but for what is said of
        O(healthcheck_start_period).
      - Changed in place with Podman 5.5 or newer.
    type: str
    aliases: [health_interval]
  healthcheck_timeout:
    description:
      - The time that one check may take. V(30s) when left out and there is a O(healthcheck).
      - Changed in place with Podman 5.5 or newer.
    type: str
    aliases: [health_timeout]
  healthcheck_start_period:
    description:
      - The time that the container has to get going, in which failed checks do not count.
      - While O(wait) waits in it, the check is run again and again, so that a container counts as ready as soon as it is. Give one to what needs
        some time to start.
      - Changed in place with Podman 5.5 or newer.
    type: str
    aliases: [health_start_period]
  healthcheck_retries:
    description:
      - How many checks have to fail in a row before it is unhealthy. 3 when left out and there is a O(healthcheck).
      - Changed in place with Podman 5.5 or newer.
    type: int
    aliases: [health_retries]
  no_healthcheck:
    description:
      - Turn the image's own health check off, as V(none) in O(healthcheck) does.
    type: bool
  healthcheck_failure_action:
    description: What Podman does with it when it is unhealthy, V(none), V(kill), V(restart) or V(stop). Needs Podman 4.3 or newer.
    type: str
    choices: [none, kill, restart, stop]
    aliases: [health_on_failure]
  health_startup_cmd:
    description:
      - A check for the time of its start, written as O(healthcheck), which it needs beside it. Only when this one has succeeded O(healthcheck)
        begins.
      - Needs Podman 4.4 or newer.
    type: raw
  health_startup_interval:
    description:
      - The time between two startup checks. V(30s) when left out.
      - Needs Podman 4.4 or newer.
      - Changed in place with Podman 5.5 or newer.
    type: str
  health_startup_timeout:
    description:
      - The time that one startup check may take. V(30s) when left out.
      - Needs Podman 4.4 or newer.
      - Changed in place with Podman 5.5 or newer.
    type: str
  health_startup_retries:
    description:
      - How many startup checks may fail before it is started anew. V(0), which is meant when it is left out, is any number.
      - Needs Podman 4.4 or newer.
      - Changed in place with Podman 5.5 or newer.
    type: int
  health_startup_success:
    description:
      - How many startup checks have to succeed. One when left out.
      - Needs Podman 4.4 or newer.
      - Changed in place with Podman 5.5 or newer.
    type: int
  health_log_destination:
    description:
      - Where the results of checks go. V(local) keeps them with the container, V(events_logger) writes them to Podman's events, and a path of a
        folder on the host to a file there.
      - Needs Podman 5.3 or newer.
      - Changed in place with Podman 5.5 or newer.
    type: str
  health_max_log_count:
    description:
      - How many results of checks are kept. 5 when left out, V(0) is any number.
      - Needs Podman 5.3 or newer.
      - Changed in place with Podman 5.5 or newer.
    type: int
  health_max_log_size:
    description:
      - How many characters of a check's output are kept. 500 when left out, V(0) is any number.
      - Needs Podman 5.3 or newer.
      - Changed in place with Podman 5.5 or newer.
    type: int
"""
