/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules a command works with: ours, those of --rules, the settings of .plimsoll.yaml.
 */
#pragma once

#include "check/rule_set.h"
#include "cmd/command.h"

/* paths: files and folders (their *.yaml and *.yml, sorted). */
int rule_files_load(const struct option_list *paths, struct rule_set **ret, struct err *err);

/*
 * The same for images alone. Where nobody has packs or settings of his own, which may name any
 * rule, the other packs of ours are not even read: that takes longer than a scan.
 */
int rule_files_load_image(const struct option_list *paths, struct rule_set **ret, struct err *err);

/* The same with the settings of another folder; NULL: none. */
int rule_files_load_in(const char *folder, const struct option_list *paths, struct rule_set **ret,
		       struct err *err);
