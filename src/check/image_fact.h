/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reference of an image in a manifest, taken apart, as a fact for rules.
 *
 *     struct value image = manifest_image_value(text, &arena);
 *
 * Ownership: the arena's; borrows the text.
 */
#pragma once

#include "check/fact_class.h"

#define MANIFEST_IMAGE_FIELDS(FIELD)                                                               \
	FIELD(text, "string", "as written; empty when there is none")                              \
	FIELD(valid, "bool", "it is a reference of an image")                                      \
	FIELD(has_variable, "bool", "a variable or a template stands in it")                       \
	FIELD(registry, "string", "docker.io when none is written")                                \
	FIELD(repository, "string", "library/alpine")                                              \
	FIELD(name, "string", "the last part of the repository: alpine")                           \
	FIELD(tag, "string", "empty when none is written")                                         \
	FIELD(digest, "string", "sha256:..., or empty")

FACT_STRUCT(manifest_image_fact, MANIFEST_IMAGE_FIELDS);

extern const struct object_class manifest_image_class;

/* Absent when the arena is full, which it remembers. */
struct value manifest_image_value(struct str text, struct arena *a);
