# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the info modules say alike."""

from __future__ import annotations


class ModuleDocFragment:
    """Whose objects, which of them, and what is made of them."""

    DOCUMENTATION = r"""
options:
  user:
    description:
      - The account whose Podman is asked, by name or uid. A task that runs as root has to name it, or O(users). When both are left out, it is the
        account that the task runs as.
    type: str
  users:
    description:
      - Several accounts, asked at the same time. Every object says in C(account) whose it is. This needs root (C(become)).
      - V(all) alone means every account that lingers (see M(rootless.podman.user)) and has a Podman socket. As an account it means that account.
    type: list
    elements: str
  on_no_answer:
    description:
      - What happens when an account gives no answer, because there is no such account, its socket does not answer, or it takes longer than two
        minutes. All others are asked in any case.
      - V(fail) fails the task at the end. What the others answered is in the result of the failed task.
      - V(warn) goes on with a warning. The reasons are in RV(ignore:without_answer).
      - Without it, accounts that the task names fail it, and accounts that were found by O(users=all) give a warning. If not a single one of
        those answers, the task fails.
    type: str
    choices: [fail, warn]
  name:
    description:
      - Only objects of these names. What is not there is left out of the answer and is no error.
      - An ID does as well, or its first 12 characters and more. Only these objects are asked for, so this is the cheapest way to ask.
    type: list
    elements: str
    aliases: [names]
  filters:
    description:
      - Podman's own filters, as C(--filter) of the C(podman) commands takes them. Each key has a text or a list of texts. How several texts of a key
        combine is Podman's business, and so is which filters a version has. One that it does not know fails the task.
      - Podman's filter C(name) is a regular expression without anchors. O(name) means whole names.
    type: dict
  query:
    description:
      - A L(JMESPath,https://jmespath.org) expression. It is evaluated on the host, on the list of what was found, after O(name) and O(filters).
        What it makes is returned in RV(ignore:query_result), in place of the list. Ask so when the list is long and the question is short.
      - The expression is checked before any account is asked. One that is wrong fails the task and names the position.
      - Needs the Python library jmespath on the host, which the role P(rootless.podman.rootless_host#role) installs.
    type: str
attributes:
  check_mode:
    support: full
    description: Changes nothing, with and without check mode.
  diff_mode:
    support: none
    description: Has nothing to show, because it changes nothing.
notes:
  - Run the task as root (C(become) without C(become_user)) for any account, or as the account itself. Root gives up its rights and becomes
    each account before it talks to that account's Podman.
  - Root's own Podman is refused. Its containers are not rootless.
  - The account needs Podman's API socket, which M(rootless.podman.user) gives it, and the host needs Podman 4.3 or newer and podman-py, which
    the role P(rootless.podman.rootless_host#role) installs.
  - The data is what C(podman inspect) shows, so keys and forms are those of the host's Podman and differ a little from version to version. The
    label with the digests that this collection compares is left out. C(recorded) says whether it is there.
  - Asking an account's Podman for the first time makes its empty storage. It then runs for about five seconds.
seealso:
  - module: rootless.podman.host_info
"""
