/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which repositories the packages of each layer came from, as far as a Red Hat image says so.
 *
 *     struct repositories r = {0};
 *     repositories_add(&r, layer, path, bytes, report, err);     for each file of content_sets.h
 *     repositories_finish(&r, report, err);                      into report->layers
 *
 * A build leaves its manifest in its last layer. A layer without one takes that of the nearest
 * layer below, since what a user adds comes from the repositories of the base image; and where
 * there is none below, that of the nearest above: the base image's own first layer. Where no file
 * names the build, the image's labels do. A manifest that a later layer hid or deleted counts all
 * the same: it says what was installed before.
 *
 * Errors: ERR_NOMEM. A broken file becomes a problem of the report.
 */
#pragma once

#include "inventory/content_sets.h"
#include "report/report.h"

struct repositories {
	struct content_sets *layers; /* in the report's arena once the first was added; else NULL */
	size_t n;
};

int repositories_add(struct repositories *r, size_t layer, struct str path, struct str bytes,
		     struct report *report, struct err *err);
int repositories_finish(const struct repositories *r, struct report *report, struct err *err);
