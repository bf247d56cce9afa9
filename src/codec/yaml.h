/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads YAML 1.1 into a tree: duplicate keys refused, every node knows its line.
 *
 *     CLEANUP(yaml_file_freep) struct yaml_file *file = NULL;
 *     r = yaml_parse(bytes, &file, err);
 *     const struct yaml_node *doc = yaml_document(file, 0);     NULL when there is none
 *     struct str name = yaml_get_str(doc, "name");              empty when absent or no scalar
 *
 * Scalars keep their text; what "yes", "1.0" or "~" mean is the reader's business, yaml_is_plain
 * tells a quoted "1.0" from a bare one. An alias is the node of its anchor itself, not a copy, so a
 * small file stays small; a walk over all paths must count its own steps. "<<" is resolved: a map
 * has the pairs merged into it behind its own. Tags are ignored, except for Compose's two.
 *
 * Trees can be made of nodes that were read: yaml_make_map with some entries of another map. Each
 * node keeps its place, and the number of its source, so that a finding can point at it.
 *
 * Ownership: the file owns all nodes and texts. Threads: read-only sharing is fine.
 * Errors: ERR_FORMAT with line and column, ERR_LIMIT (yaml_bytes, yaml_depth, yaml_nodes,
 * yaml_aliases), ERR_NOMEM. Input must be UTF-8, a mark at its start is no column. Behind it:
 * libyaml, which unlike libfyaml 0.7 survives fuzzing; no other file knows.
 */
#pragma once

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/err.h"
#include "base/str.h"

struct yaml_file;
struct yaml_node;

/* From 1; columns in characters; the end is the place behind it. */
struct yaml_place {
	uint32_t line, column, end_line, end_column;
};

enum yaml_kind { YAML_ABSENT, YAML_SCALAR, YAML_LIST, YAML_MAP };

int yaml_parse(struct str bytes, struct yaml_file **ret, struct err *err);
/* source: a number by which the caller knows the file again. */
int yaml_parse_source(struct str bytes, uint16_t source, struct yaml_file **ret, struct err *err);
void yaml_file_free(struct yaml_file *file);
void yaml_file_freep(struct yaml_file **file);
size_t yaml_file_size(const struct yaml_file *file); /* bytes of memory; 0 for NULL */

size_t yaml_n_documents(const struct yaml_file *file);
const struct yaml_node *yaml_document(const struct yaml_file *file, size_t i);

/* All of these take NULL (absent) and the wrong kind in their stride. */
enum yaml_kind yaml_kind_of(const struct yaml_node *node);
struct str yaml_str(const struct yaml_node *node); /* STR_NULL unless a scalar */
bool yaml_is_plain(const struct yaml_node *node);  /* a scalar without quotes or block sign */
size_t yaml_line(const struct yaml_node *node);	   /* from 1; 0 for NULL */
struct yaml_place yaml_place(const struct yaml_node *node); /* zeros for NULL */
const struct yaml_node *yaml_find(const struct yaml_node *map, struct str key);
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);
struct str yaml_get_str(const struct yaml_node *map, const char *key);
size_t yaml_len(const struct yaml_node *node); /* entries of a list or map */
const struct yaml_node *yaml_at(const struct yaml_node *list, size_t i);

/* What Compose's merging heeds: !reset takes a value away, !override does not merge it. */
enum yaml_tag { YAML_TAG_OTHER, YAML_TAG_RESET, YAML_TAG_OVERRIDE };
enum yaml_tag yaml_tag(const struct yaml_node *node);
uint16_t yaml_source(const struct yaml_node *node); /* 0 for yaml_parse */

/*
 * Nodes that were not read, in the arena, which remembers that it is full. They stand where `like`
 * does; of a scalar its quotes count too. items: borrowed; of a map key, value, key, value.
 */
const struct yaml_node *yaml_make_scalar(struct arena *a, struct str text,
					 const struct yaml_node *like);
const struct yaml_node *yaml_make_text(struct arena *a, struct str text, struct yaml_place place,
				       uint16_t source);
const struct yaml_node *yaml_make(struct arena *a, enum yaml_kind kind,
				  const struct yaml_node **items, size_t n_items,
				  const struct yaml_node *like);

/* The i-th entry of a map in document order; false behind the end. */
bool yaml_entry(const struct yaml_node *map, size_t i, const struct yaml_node **ret_key,
		const struct yaml_node **ret_value);
