# Copyright (c) 2026, the rootless.podman contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logs in to Miniflux with a real browser; prints where that ended. Run on a host with Chromium: browser.py URL ADDRESS USER PASSWORD."""

from __future__ import annotations

import sys
import urllib.parse

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support import expected_conditions
from selenium.webdriver.support.wait import WebDriverWait

url, address, user, password = sys.argv[1:]
options = webdriver.ChromeOptions()
for word in (
    "--headless=new",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    f"--host-resolver-rules=MAP {urllib.parse.urlsplit(url).hostname} {address}",
):
    options.add_argument(word)
driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
try:
    driver.get(url)
    waiting = WebDriverWait(driver, 60)
    waiting.until(expected_conditions.presence_of_element_located((By.NAME, "username"))).send_keys(user)
    field = driver.find_element(By.NAME, "password")
    field.send_keys(password)
    field.submit()
    waiting.until(expected_conditions.presence_of_element_located((By.CSS_SELECTOR, "a[href='/logout']")))
    print(driver.current_url, driver.title)
finally:
    driver.quit()
