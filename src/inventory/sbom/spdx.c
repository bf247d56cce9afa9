/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SPDX in JSON:
 *
 *     {"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", ...
 *      "packages": [{"SPDXID": "SPDXRef-OS", "name": "debian", "versionInfo": "12",
 *                    "primaryPackagePurpose": "OPERATING_SYSTEM"},
 *                   {"SPDXID": "SPDXRef-curl", "name": "curl", "versionInfo": "7.88.1-10",
 *                    "sourceInfo": "built package from: curl 7.88.1-10",
 *                    "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:.."}]}]}
 *
 * What has no field in SPDX stands in annotations: "name=value" lines of ours (render/spdx_json.c),
 * "name: value" of Trivy.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "codec/json.h"
#include "inventory/sbom/packages.h"

static const struct form_key keys[] = {
#define KEY(object, key, first, last, required, type) {object, key, first, last, required, type},
#define ENUM(name, first, last, values)
#include "inventory/sbom/spdx_form.def"
#undef KEY
#undef ENUM
};

static const struct form_enum enums[] = {
#define KEY(object, key, first, last, required, type)
#define ENUM(name, first, last, values) {name, first, last, values},
#include "inventory/sbom/spdx_form.def"
#undef KEY
#undef ENUM
};

static const struct form form = {
	.keys = keys,
	.n_keys = ARRAY_LEN(keys),
	.enums = enums,
	.n_enums = ARRAY_LEN(enums),
};

/* ---- facts in annotations ---- */

/* "%0A" and its like are what a line cannot hold. */
static struct str decode_value(struct bom *bom, struct str s)
{
	char *p;
	size_t n = 0;

	if (str_find_char(s, '%') == s.n)
		return s;
	p = arena_alloc(&bom->temp, s.n);
	for (size_t i = 0; p && i < s.n; i++) {
		int high = i + 2 < s.n ? char_hex(s.p[i + 1]) : -1;
		int low = i + 2 < s.n ? char_hex(s.p[i + 2]) : -1;
		bool is_code = s.p[i] == '%' && high >= 0 && low >= 0;

		p[n++] = is_code ? (char)(high * 16 + low) : s.p[i];
		i += is_code ? 2 : 0;
	}
	return str_make(p, n);
}

static void add_facts(struct bom *bom, struct str text, struct bom_fact *facts, size_t *n)
{
	struct str line, name, value;

	while (str_pull_line(&text, &line)) {
		struct bom_fact *f = &facts[*n];

		if (str_has_prefix(line, STR("plimsoll:")) && str_cut(line, '=', &name, &value))
			*f = (struct bom_fact){name, decode_value(bom, value)};
		else if (str_pull_prefix(&line, STR("LayerDiffID: ")))
			*f = (struct bom_fact){STR("aquasecurity:trivy:LayerDiffID"), line};
		else if (str_pull_prefix(&line, STR("DiffID: ")))
			*f = (struct bom_fact){STR("aquasecurity:trivy:DiffID"), line};
		else
			continue;
		(*n)++;
	}
}

static size_t count_lines(struct str text)
{
	struct str line;
	size_t n = 0;

	while (str_pull_line(&text, &line))
		n++;
	return n;
}

static int set_facts(struct bom *bom, const struct json *v, struct bom_item *item, struct err *err)
{
	const struct json *annotations = json_get(v, "annotations");
	const struct json *texts = json_get(v, "attributionTexts");
	struct bom_fact *facts;
	size_t n = 0;

	for (size_t i = 0; i < json_len(annotations); i++)
		n += count_lines(json_get_str(json_at(annotations, i), "comment"));
	for (size_t i = 0; i < json_len(texts); i++)
		n += count_lines(json_str(json_at(texts, i)));
	facts = arena_array(&bom->temp, n + 1, sizeof *facts);
	if (!facts)
		return err_nomem(err);
	n = 0;
	for (size_t i = 0; i < json_len(annotations); i++)
		add_facts(bom, json_get_str(json_at(annotations, i), "comment"), facts, &n);
	for (size_t i = 0; i < json_len(texts); i++)
		add_facts(bom, json_str(json_at(texts, i)), facts, &n);
	item->facts = facts;
	item->n_facts = n;
	return arena_check(&bom->temp, err);
}

/* ---- packages ---- */

static struct str purl_of(const struct json *v)
{
	const struct json *refs = json_get(v, "externalRefs");

	for (size_t i = 0; i < json_len(refs); i++)
		if (str_is(json_get_str(json_at(refs, i), "referenceType"), "purl"))
			return json_get_str(json_at(refs, i), "referenceLocator");
	return STR_NULL;
}

static bool is_asserted(struct str s)
{
	return s.n && !str_is(s, "NOASSERTION") && !str_is(s, "NONE");
}

/* "Organization: X" is X, "Person: Name (mail)" is "Name <mail>". */
static struct str supplier_of(struct bom *bom, const struct json *v)
{
	struct str s = json_get_str(v, "supplier"), name, mail;

	if (!is_asserted(s))
		return STR_NULL;
	if (str_pull_prefix(&s, STR("Organization: ")) || !str_pull_prefix(&s, STR("Person: ")))
		return s;
	if (!str_has_suffix(s, STR(")")) || !str_rcut(s, '(', &name, &mail))
		return s;
	return arena_strf(&bom->temp, "%.*s <%.*s>", STR_FMT(str_trim(name)),
			  STR_FMT(str_sub(mail, 0, mail.n - 1)));
}

/* "built package from: curl 7.88.1-10" */
static void set_source(const struct json *v, struct bom_item *item)
{
	struct str info = json_get_str(v, "sourceInfo");

	if (!str_pull_prefix(&info, STR("built package from: ")) &&
	    !str_pull_prefix(&info, STR("built from the source package ")))
		return;
	if (!str_rcut(info, ' ', &item->source_name, &item->source_version))
		item->source_name = info;
}

/* SPDX 2.2 has no purposes; there the id says it. */
static struct str purpose_of(const struct json *v)
{
	struct str purpose = json_get_str(v, "primaryPackagePurpose");
	struct str id = json_get_str(v, "SPDXID");

	if (purpose.n)
		return purpose;
	if (str_has_prefix(id, STR("SPDXRef-OperatingSystem")))
		return STR("OPERATING_SYSTEM");
	return str_has_prefix(id, STR("SPDXRef-ContainerImage")) ? STR("CONTAINER") : STR_NULL;
}

static int see_package(struct bom *bom, const struct json *v, struct err *err)
{
	struct str purpose = purpose_of(v);
	struct str license = json_get_str(v, "licenseDeclared");
	struct bom_item item = {
		.name = json_get_str(v, "name"),
		.version = json_get_str(v, "versionInfo"),
		.purl = purl_of(v),
		.supplier = supplier_of(bom, v),
		.description = json_get_str(v, "description"),
	};
	int r = set_facts(bom, v, &item, err);

	if (r < 0)
		return r;
	if (is_asserted(license))
		item.licenses = (struct str_list){&license, 1};
	item.group = bom_fact(&item, "plimsoll:package:namespace");
	if (bom_fact(&item, "plimsoll:package:vendor").n)
		item.supplier = bom_fact(&item, "plimsoll:package:vendor");
	set_source(v, &item);
	if (str_is(purpose, "OPERATING_SYSTEM") || str_is(purpose, "OPERATING-SYSTEM"))
		return bom_set_os(bom, &item, err);
	if (str_is(purpose, "CONTAINER") || str_has_prefix(item.purl, STR("pkg:oci/")))
		return bom_set_image(bom, &item, err);
	if (item.purl.n || bom_fact(&item, "plimsoll:package:type").n ||
	    str_is(purpose, "LIBRARY") || str_is(purpose, "FRAMEWORK"))
		return bom_add_package(bom, &item, err);
	return 0; /* what a tool lists beside packages: its target, a lock file */
}

/* ---- the document ---- */

/* What our own documents say at their head: "not assessed: X, why; partially assessed: ..". */
static int see_comment(struct bom *bom, struct str text, struct err *err)
{
	static const struct {
		struct str start;
		enum coverage_state state;
	} kinds[] = {
		{STR("not assessed: "), COVERAGE_NOT_ASSESSED},
		{STR("partially assessed: "), COVERAGE_PARTIAL},
	};

	while (text.n) {
		size_t k = 0, end;
		struct str gap;

		while (k < ARRAY_LEN(kinds) && !str_pull_prefix(&text, kinds[k].start))
			k++;
		if (k == ARRAY_LEN(kinds))
			return 0;
		end = str_find(text, STR("; not assessed: "));
		gap = str_sub(text, 0, str_find(text, STR("; partially assessed: ")));
		gap = str_sub(gap, 0, end);
		text = str_skip(text, gap.n + 2);
		if (bom_add_gap(bom, kinds[k].state, gap) < 0)
			return err_nomem(err);
	}
	return 0;
}

static int see(struct bom *bom, struct str key, const struct json *v, struct err *err)
{
	if (str_is(key, "packages"))
		return see_package(bom, v, err);
	if (str_is(key, "comment"))
		return see_comment(bom, json_str(v), err);
	if (str_is(key, "creationInfo"))
		bom_set_time(bom, json_get_str(v, "created"));
	return 0;
}

const struct bom_format bom_spdx = {
	.id = "spdx",
	.root = "document",
	.form = &form,
	.see = see,
};
