/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CycloneDX in JSON:
 *
 *     {"bomFormat": "CycloneDX", "specVersion": "1.6",
 *      "metadata": {"component": {"type": "container", ...}},       the image
 *      "components": [{"type": "operating-system", "name": "debian", "version": "12"},
 *                     {"type": "library", "name": "curl", "version": "7.88.1-10",
 *                      "purl": "pkg:deb/debian/curl@7.88.1-10?arch=amd64",
 *                      "properties": [{"name": "syft:metadata:source", "value": ".."}]}]}
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "codec/json.h"
#include "inventory/sbom/packages.h"

static const struct form_key keys[] = {
#define KEY(object, key, first, last, required, type) {object, key, first, last, required, type},
#define CHOICE(object, first, last, rule, keys)
#define ENUM(name, first, last, values)
#include "inventory/sbom/cyclonedx_form.def"
#undef KEY
#undef CHOICE
#undef ENUM
};

static const struct form_choice choices[] = {
#define KEY(object, key, first, last, required, type)
#define CHOICE(object, first, last, rule, keys) {object, first, last, FORM_##rule, keys},
#define ENUM(name, first, last, values)
#include "inventory/sbom/cyclonedx_form.def"
#undef KEY
#undef CHOICE
#undef ENUM
};

static const struct form_enum enums[] = {
#define KEY(object, key, first, last, required, type)
#define CHOICE(object, first, last, rule, keys)
#define ENUM(name, first, last, values) {name, first, last, values},
#include "inventory/sbom/cyclonedx_form.def"
#undef KEY
#undef CHOICE
#undef ENUM
};

/* ---- what rows cannot say ---- */

static int check_hash(const struct json *v, struct err *err)
{
	static const struct {
		const char *algorithm;
		size_t digits;
	} known[] = {
		{"MD5", 32},	     {"SHA-1", 40},	  {"SHA-256", 64},	{"SHA-384", 96},
		{"SHA-512", 128},    {"SHA3-256", 64},	  {"SHA3-384", 96},	{"SHA3-512", 128},
		{"BLAKE2b-256", 64}, {"BLAKE2b-384", 96}, {"BLAKE2b-512", 128},
	};
	struct str algorithm = json_get_str(v, "alg"), content = json_get_str(v, "content");

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_is(algorithm, known[i].algorithm) && content.n != known[i].digits)
			return err_set(err, ERR_FORMAT, "content: %s has %zu digits, not %zu",
				       known[i].algorithm, known[i].digits, content.n);
	return 0;
}

/* A range of versions is for what the image does not bring along itself. */
static int check_version_range(const struct json *v, struct err *err)
{
	if (json_kind_of(json_get(v, "versionRange")) == JSON_KIND_ABSENT)
		return 0;
	if (json_kind_of(json_get(v, "version")) != JSON_KIND_ABSENT)
		return err_set(err, ERR_FORMAT,
			       "only one of these may be there: version versionRange");
	if (!json_get_true(v, "isExternal"))
		return err_set(err, ERR_FORMAT,
			       "versionRange: only a component with isExternal has one");
	return 0;
}

/* In each version in another way, but always one of them. */
static int check_license_choice(const struct json *v, struct err *err)
{
	if (json_kind_of(json_get(v, "license")) == JSON_KIND_ABSENT ||
	    json_kind_of(json_get(v, "expression")) == JSON_KIND_ABSENT)
		return 0;
	return err_set(err, ERR_FORMAT, "only one of these may be there: license expression");
}

static int check_more(const char *object, unsigned version, const struct json *v, struct err *err)
{
	if (strcmp(object, "hash") == 0)
		return check_hash(v, err);
	if (str_has_prefix(str_of(object), STR("licenseChoice")))
		return check_license_choice(v, err);
	if (strcmp(object, "component") == 0 && version >= 7)
		return check_version_range(v, err);
	return 0;
}

/* Where the suites of the specification hold a name to be one thing's alone. */
static const char *const named[] = {"component", "service", NULL};

static const struct form form = {
	.keys = keys,
	.n_keys = ARRAY_LEN(keys),
	.choices = choices,
	.n_choices = ARRAY_LEN(choices),
	.enums = enums,
	.n_enums = ARRAY_LEN(enums),
	.named = named,
	.check = check_more,
};

/* ---- components ---- */

static int set_facts(struct bom *bom, const struct json *properties, struct bom_item *item,
		     struct err *err)
{
	size_t n = json_len(properties);
	struct bom_fact *facts = n ? arena_array(&bom->temp, n, sizeof *facts) : NULL;

	if (n && !facts)
		return err_nomem(err);
	for (size_t i = 0; i < n; i++)
		facts[i] = (struct bom_fact){json_get_str(json_at(properties, i), "name"),
					     json_get_str(json_at(properties, i), "value")};
	item->facts = facts;
	item->n_facts = n;
	return 0;
}

static struct str license_text(const struct json *choice)
{
	const struct json *license = json_get(choice, "license");
	struct str text = json_get_str(choice, "expression");

	if (text.n == 0)
		text = json_get_str(license, "id");
	return text.n ? text : json_get_str(license, "name");
}

static int set_licenses(struct bom *bom, const struct json *list, struct bom_item *item,
			struct err *err)
{
	size_t n = json_len(list);
	struct str *p = n ? arena_array(&bom->temp, n, sizeof *p) : NULL;

	if (n && !p)
		return err_nomem(err);
	for (size_t i = 0; i < n; i++) {
		p[item->licenses.n] = license_text(json_at(list, i));
		item->licenses.n += p[item->licenses.n].n > 0;
	}
	item->licenses.p = p;
	return 0;
}

static int item_of(struct bom *bom, const struct json *v, struct bom_item *ret, struct err *err)
{
	int r;

	*ret = (struct bom_item){
		.name = json_get_str(v, "name"),
		.version = json_get_str(v, "version"),
		.group = json_get_str(v, "group"),
		.purl = json_get_str(v, "purl"),
		.supplier = json_get_str(json_get(v, "supplier"), "name"),
		.description = json_get_str(v, "description"),
		.cpe = json_get_str(v, "cpe"),
	};
	if (ret->supplier.n == 0)
		ret->supplier = json_get_str(v, "publisher");
	r = set_facts(bom, json_get(v, "properties"), ret, err);
	return r < 0 ? r : set_licenses(bom, json_get(v, "licenses"), ret, err);
}

/* What a package manager would know by name; files, devices, models and data are not. */
static bool is_package_type(struct str type)
{
	static const char *const types[] = {"library", "framework"};

	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (str_is(type, types[i]))
			return true;
	return false;
}

/* Depth: that of the JSON. */
static int see_component(struct bom *bom, const struct json *v, struct err *err)
{
	struct str type = json_get_str(v, "type");
	const struct json *inside = json_get(v, "components");
	struct bom_item item;
	int r = item_of(bom, v, &item, err);

	if (r == 0 && str_is(type, "operating-system"))
		r = bom_set_os(bom, &item, err);
	else if (r == 0 && (item.purl.n || is_package_type(type)) && !str_is(type, "container") &&
		 !str_has_prefix(item.purl, STR("pkg:oci/"))) /* an image is no package of one */
		r = bom_add_package(bom, &item, err);
	for (size_t i = 0; r == 0 && i < json_len(inside); i++)
		r = see_component(bom, json_at(inside, i), err);
	return r;
}

/* ---- the rest ---- */

static int see_gaps(struct bom *bom, const struct json *properties, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < json_len(properties); i++) {
		struct str name = json_get_str(json_at(properties, i), "name");
		struct str value = json_get_str(json_at(properties, i), "value");

		if (str_is(name, "plimsoll:coverage:partial"))
			r = bom_add_gap(bom, COVERAGE_PARTIAL, value);
		else if (str_is(name, "plimsoll:coverage:notAssessed"))
			r = bom_add_gap(bom, COVERAGE_NOT_ASSESSED, value);
	}
	return r < 0 ? err_nomem(err) : 0;
}

/* The component that the document is about is no package in itself, but may hold some. */
static int see_metadata(struct bom *bom, const struct json *v, struct err *err)
{
	const struct json *about = json_get(v, "component");
	const struct json *inside = json_get(about, "components");
	struct bom_item item;
	int r = see_gaps(bom, json_get(v, "properties"), err);

	bom_set_time(bom, json_get_str(v, "timestamp"));
	if (r == 0 && about)
		r = item_of(bom, about, &item, err);
	if (r == 0 && str_is(json_get_str(about, "type"), "container"))
		r = bom_set_image(bom, &item, err);
	if (r == 0 && str_is(json_get_str(about, "type"), "operating-system"))
		r = bom_set_os(bom, &item, err);
	for (size_t i = 0; r == 0 && i < json_len(inside); i++)
		r = see_component(bom, json_at(inside, i), err);
	return r;
}

static int see(struct bom *bom, struct str key, const struct json *v, struct err *err)
{
	if (str_is(key, "metadata"))
		return see_metadata(bom, v, err);
	if (str_is(key, "components"))
		return see_component(bom, v, err);
	if (str_is(key, "compositions"))
		bom->is_incomplete |=
			str_has_prefix(json_get_str(v, "aggregate"), STR("incomplete"));
	return 0;
}

const struct bom_format bom_cyclonedx = {
	.id = "cyclonedx",
	.root = "bom",
	.form = &form,
	.see = see,
};
