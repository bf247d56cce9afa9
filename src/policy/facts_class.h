/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the files of the facts: getters of fields that are plain members of what object.data is, and
 * the class made of a list of FIELD rows.
 *
 *     GET_TEXT(layer, report_layer, digest, x->digest)          layer_digest()
 *     #define LAYER_ROW(name, type, help) {#name, type, layer_##name},
 *     FACTS_CLASS(layer_class, "Layer", LAYER_FIELDS(LAYER_ROW));
 */
#pragma once

#include "policy/facts.h"

#define GET_VALUE(S, T, field, expression)                                                         \
	static struct value S##_##field(struct call *c, const struct object *o)                    \
	{                                                                                          \
		const struct T *x = o->data;                                                       \
                                                                                                   \
		(void)c; /* nothing is made */                                                     \
		return (expression);                                                               \
	}
#define GET_TEXT(S, T, field, text)                                                                \
	static struct value S##_##field(struct call *c, const struct object *o)                    \
	{                                                                                          \
		const struct T *x = o->data;                                                       \
                                                                                                   \
		return fact_text(c, (text));                                                       \
	}
#define GET_TEXTS(S, T, field, texts)                                                              \
	static struct value S##_##field(struct call *c, const struct object *o)                    \
	{                                                                                          \
		const struct T *x = o->data;                                                       \
                                                                                                   \
		return fact_texts(c, (texts));                                                     \
	}

#define FACTS_CLASS(variable, type_name, ...)                                                      \
	static const struct object_field variable##_fields[] = {__VA_ARGS__};                      \
	static const struct type variable##_type = {.kind = TYPE_ABSTRACT,                         \
						    .name = {(type_name), sizeof(type_name) - 1}}; \
	const struct object_class variable = {.name = (type_name),                                 \
					      .type = &variable##_type,                            \
					      .fields = variable##_fields,                         \
					      .n_fields = sizeof variable##_fields /               \
							  sizeof variable##_fields[0]}

extern const struct object_class report_class, target_class, image_class, reference_class,
	port_class, history_class, layer_class, package_class, finding_class, distro_class,
	coverage_class, problem_class;

static inline const struct fact *fact_of(const struct object *o)
{
	return (const struct fact *)(const void *)o;
}

/* A list whose elements are made when they are asked for; the class has `at`. */
struct value fact_list_of(struct call *c, const struct object *o, const struct object_class *list,
			  const void *data, size_t n);
