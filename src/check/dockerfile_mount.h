/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads the value of RUN --mount: "type=cache,target=/x,ro", fields parted as in CSV.
 *
 *     r = mount_parse(flag, arena, &mount, err);
 *     r = mount_check(&mount, &where, err);
 *
 * mount_check says what a build would refuse; values with a variable are let pass, for they are
 * known only later. Errors: ERR_FORMAT (an odd quote; what the check finds), ERR_NOMEM.
 */
#pragma once

#include "check/dockerfile.h"

int mount_parse(const struct dockerfile_flag *flag, struct arena *a, struct dockerfile_mount *ret,
		struct err *err);
int mount_check(const struct dockerfile_mount *m, struct dockerfile_span *ret_span,
		struct err *err);
