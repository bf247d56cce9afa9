/* SPDX-License-Identifier: Apache-2.0 */
/* `plimsoll syntax secrets`: what the rules of secrets see in a text, for the suites. */
#pragma once

/*
 * n paths: a line of JSON for each hit. Without any, stdin has a JSON string a line, and each is
 * answered with a list of its hits. `rules`: packs instead of those that ship.
 */
int syntax_secrets(int n, const char *const *paths, const char *const *rules, int n_rules);
