/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Image configs that are changed: documents of others keep what we do not know of them.
 *
 *     config_extend(config, &change, &out, err);     an image config with other layers
 *
 * Ownership: borrows. Errors: those of the buffer; ERR_FORMAT (no config).
 */
#pragma once

#include "base/arena.h"
#include "codec/json.h"
#include "codec/json_writer.h"

/* What does not go into the new config. */
struct config_cut {
	bool history; /* what the steps of the build were; also container_config, which has the last
		       */
	struct str_list env, labels; /* names */
};

struct config_change {
	size_t n_kept;		    /* layers, from the bottom, that stay */
	const struct str *diff_ids; /* of those that follow */
	size_t n_diff_ids;
	struct str created, created_by, comment; /* of the one entry of the history about them */
	struct config_cut cut;
};

/*
 * rootfs.diff_ids, created and history as the change says, all else as it was. History entries that
 * made no layer stay; those of layers that do not are told in `comment` by the caller. A config
 * without a history gets none. Where the history is cut, each layer has one entry: created_by.
 */
int config_extend(struct str config, const struct config_change *c, struct strbuf *out,
		  struct err *err);

/* Error: ERR_NOT_FOUND, a name that the config does not have. */
int config_check_cut(struct str config, const struct config_cut *cut, struct err *err);
