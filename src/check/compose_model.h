/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Compose file with all that belongs to it, as Compose itself would put it together: the override
 * file beside it, what its services extend, what it includes, variables, files of variables.
 *
 *     struct compose_model model;
 *     compose_model_init(&model);
 *     r = compose_model_read(&model, &file, err);
 *     model.projects: one, and one for each file that is included
 *     const struct compose_source *s = compose_model_source(&model, yaml_source(node));
 *     compose_model_done(&model);
 *
 * compose.yaml takes in compose.override.yaml beside it, as `docker compose` does. A file of
 * another name whose services are pieces of those in the compose.yaml beside it (compose.prod.yaml)
 * is laid over that; is_overlay says that only what stands in itself is its own.
 *
 * Only files in the folder of the first or below it are read; what lies elsewhere, or is remote, is
 * a note, and a service that lacks something by that is partial. So are circles.
 *
 * Ownership: the model's; the YAML files too. Errors: of the first file ERR_FORMAT and ERR_LIMIT
 * (yaml_*); ERR_NOMEM. Others' are notes. Limits: compose_files,
 * compose_bytes, compose_depth.
 */
#pragma once

#include "base/map.h"
#include "base/vec.h"
#include "check/language.h"
#include "check/source_lines.h"
#include "check/suppression.h"
#include "codec/yaml.h"

/* A file that was read; its number is what yaml_source tells of its nodes. */
struct compose_source {
	struct str path;	      /* as shown */
	struct yaml_file *yaml;	      /* NULL: a file of variables */
	const struct yaml_node *root; /* its documents laid over each other, variables replaced */
	struct source_lines lines;
	struct suppressions suppressions;
};

/* What was not read, and for whom. */
struct compose_note {
	struct str what, reason;
};

struct compose_project {
	uint16_t source;	      /* its first file */
	const struct yaml_node *root; /* merged; its services with all that they extend */
	struct map partial;	      /* names of services of which something could not be read */
};

struct compose_model {
	struct arena arena;
	struct vec sources;  /* struct compose_source * */
	struct vec projects; /* struct compose_project *; the first is the file itself */
	struct vec notes;    /* struct compose_note */
	bool is_overlay;
	struct str base; /* path of the file that it is laid over, or empty */
};

void compose_model_init(struct compose_model *m);
void compose_model_done(struct compose_model *m);
int compose_model_read(struct compose_model *m, const struct source_file *f, struct err *err);

/* NULL: no such number. */
const struct compose_source *compose_model_source(const struct compose_model *m, uint16_t n);

/* Whether a file of that path (as shown) was read for it. */
bool compose_model_has(const struct compose_model *m, struct str path);
