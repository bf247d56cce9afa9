/* SPDX-License-Identifier: Apache-2.0 */
#include "check/image_fact.h"

#include "image/reference.h"

#define GET_manifest_image_fact(name, type, help) FACT_GETTER(manifest_image_fact, name)
#define ROW_manifest_image_fact(name, type, help) FACT_ROW(manifest_image_fact, name, type)

MANIFEST_IMAGE_FIELDS(GET_manifest_image_fact)
static const struct object_field fields[] = {MANIFEST_IMAGE_FIELDS(ROW_manifest_image_fact)};
static const struct type image_type = {.kind = TYPE_ABSTRACT, .name = {"Image", 5}};
const struct object_class manifest_image_class = {.name = "Image",
						  .type = &image_type,
						  .fields = fields,
						  .n_fields = sizeof fields / sizeof fields[0]};

static struct value text_value(struct str s)
{
	return value_string(s.p ? s : STR(""));
}

/* A tag that is written: reference_parse gives latest when there is none. */
static bool has_tag(struct str text)
{
	struct str before, after, tag;

	if (str_cut(text, '@', &before, &after))
		text = before;
	return str_rcut(text, ':', &before, &tag) && str_find(tag, STR("/")) >= tag.n;
}

struct value manifest_image_value(struct str text, struct arena *a)
{
	struct manifest_image_fact *f = arena_alloc(a, sizeof *f);
	struct reference ref = {0};
	struct err ignored = {0};
	struct str before, name;
	bool valid;

	if (!f)
		return value_absent();
	valid = reference_parse(text, a, &ref, &ignored) == 0;
	if (!valid)
		ref = (struct reference){0};
	name = str_rcut(ref.path, '/', &before, &name) ? name : ref.path;
	f->object.class = &manifest_image_class;
	f->text = text_value(text);
	f->valid = value_bool(valid);
	f->has_variable =
		value_bool(str_find(text, STR("$")) < text.n || str_find(text, STR("{{")) < text.n);
	f->registry = text_value(ref.domain);
	f->repository = text_value(ref.path);
	f->name = text_value(name);
	f->tag = text_value(valid && has_tag(text) ? ref.tag : STR_NULL);
	f->digest = text_value(ref.digest);
	return value_object(&f->object);
}
