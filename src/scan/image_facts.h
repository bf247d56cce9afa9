/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads an image's config into the report: platform, user, entrypoint, history.
 *
 * Format: OCI image-spec v1.1 config.md and Docker's image config v1.2 (Healthcheck).
 * Errors: ERR_FORMAT (not JSON), ERR_NOMEM. Fields of a wrong type count as absent.
 */
#pragma once

#include "image/source.h"
#include "report/report.h"

int image_facts(const struct source *src, struct report *report, struct err *err);
