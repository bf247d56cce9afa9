/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Time zones: how far local time is ahead of UTC at a moment.
 *
 *     struct zone *z;
 *     if (zone_fixed_parse(STR("-02:30"), &seconds)) ...       no data needed: UTC, +HH:MM
 *     r = zone_read(ZONE_DIR, STR("Australia/Sydney"), &z, err);
 *     offset = zone_offset(z, unix_seconds);
 *     zone_free(z);
 *
 * zone_parse is the same without a file: the bytes of one, pure. zone_find looks in the zones of
 * the system, all read by the first zone_load_all; nothing else here touches files, so an
 * expression that takes its zone from the facts loads them when it is compiled.
 *
 * Ownership: zone_read and zone_parse give a zone to the caller, until zone_free; those of
 * zone_find stay until the process ends. Threads: zones are immutable; zone_load_all may be called
 * by all. Errors: ERR_NOT_FOUND for an unknown zone, ERR_FORMAT for a name or a file that is none,
 * ERR_LIMIT (zone_bytes).
 * Format: TZif 1 to 4, RFC 9636, with its footer for the time behind the last transition; names as
 * in the IANA database. Not: leap seconds (the folder right/).
 */
#pragma once

#include "base/err.h"
#include "base/str.h"

#define ZONE_DIR "/usr/share/zoneinfo"

struct zone;

/* "", "UTC", "+HH:MM", "-HH:MM" and "HH:MM" as seconds east of UTC; false for anything else. */
bool zone_fixed_parse(struct str name, int32_t *ret_seconds);

int zone_parse(struct str tzif, struct zone **ret, struct err *err);
int zone_read(const char *dir, struct str name, struct zone **ret, struct err *err);
void zone_free(struct zone *z);

/* Seconds east of UTC. */
int32_t zone_offset(const struct zone *z, int64_t unix_seconds);

/* Zones of ZONE_DIR that cannot be read are left out, as if they did not exist. */
int zone_load_all(struct err *err);
const struct zone *zone_find(struct str name); /* NULL: none, or not loaded */
