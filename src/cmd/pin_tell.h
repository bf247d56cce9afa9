/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Says on stderr why an image is not pinned.
 *
 *     failed |= pin_tell(path, pin);
 *
 * One line each; what names and registries say is written harmlessly.
 */
#pragma once

#include "check/pin.h"

/* Whether a registry that did not answer is the reason. */
bool pin_tell(struct str path, const struct pin *pin);

/* "Dockerfile:3: FROM alpine:3.20" */
void pin_name(struct strbuf *sb, struct str path, const struct pin *pin);

/* "plimsoll: LINE" */
void pin_tell_line(struct str line);
