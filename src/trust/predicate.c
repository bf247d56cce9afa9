/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/predicate.h"

static int want(const struct json *v, enum json_kind kind, const char *path, struct err *err)
{
	return json_kind_of(v) == kind
		       ? 0
		       : err_set(err, ERR_FORMAT, "the predicate has no \"%s\"%s", path,
				 kind == JSON_KIND_MAP	  ? " that is an object"
				 : kind == JSON_KIND_LIST ? " that is a list"
							  : " that is a text");
}

static int check_slsa_0_2(const struct json *p, struct err *err)
{
	int r = want(json_get(json_get(p, "builder"), "id"), JSON_KIND_TEXT, "builder.id", err);

	return r < 0 ? r : want(json_get(p, "buildType"), JSON_KIND_TEXT, "buildType", err);
}

static int check_slsa_1(const struct json *p, struct err *err)
{
	const struct json *definition = json_get(p, "buildDefinition");
	const struct json *builder = json_get(json_get(p, "runDetails"), "builder");
	int r = want(json_get(definition, "buildType"), JSON_KIND_TEXT, "buildDefinition.buildType",
		     err);

	if (r == 0)
		r = want(json_get(definition, "externalParameters"), JSON_KIND_MAP,
			 "buildDefinition.externalParameters", err);
	return r < 0 ? r
		     : want(json_get(builder, "id"), JSON_KIND_TEXT, "runDetails.builder.id", err);
}

static int check_vsa(const struct json *p, struct err *err)
{
	int r = want(json_get(json_get(p, "verifier"), "id"), JSON_KIND_TEXT, "verifier.id", err);

	if (r == 0)
		r = want(json_get(p, "resourceUri"), JSON_KIND_TEXT, "resourceUri", err);
	if (r == 0)
		r = want(json_get(p, "policy"), JSON_KIND_MAP, "policy", err);
	if (r == 0)
		r = want(json_get(p, "verificationResult"), JSON_KIND_TEXT, "verificationResult",
			 err);
	return r;
}

static int check_spdx(const struct json *p, struct err *err)
{
	int r = want(json_get(p, "spdxVersion"), JSON_KIND_TEXT, "spdxVersion", err);

	return r < 0 ? r : want(json_get(p, "SPDXID"), JSON_KIND_TEXT, "SPDXID", err);
}

static int check_cyclonedx(const struct json *p, struct err *err)
{
	if (!str_is(json_get_str(p, "bomFormat"), "CycloneDX"))
		return err_set(err, ERR_FORMAT,
			       "the predicate has no \"bomFormat\" that is \"CycloneDX\"");
	return want(json_get(p, "specVersion"), JSON_KIND_TEXT, "specVersion", err);
}

static int check_vuln(const struct json *p, struct err *err)
{
	const struct json *scanner = json_get(p, "scanner");
	int r = want(json_get(scanner, "uri"), JSON_KIND_TEXT, "scanner.uri", err);

	if (r == 0 && !json_get(scanner, "result"))
		r = err_set(err, ERR_FORMAT, "the predicate has no \"scanner.result\"");
	return r < 0 ? r : want(json_get(p, "metadata"), JSON_KIND_MAP, "metadata", err);
}

static int check_openvex(const struct json *p, struct err *err)
{
	if (!str_has_prefix(json_get_str(p, "@context"), STR(PREDICATE_OPENVEX)))
		return err_set(err, ERR_FORMAT,
			       "the predicate has no \"@context\" that is OpenVEX's");
	return want(json_get(p, "statements"), JSON_KIND_LIST, "statements", err);
}

static int check_link(const struct json *p, struct err *err)
{
	int r = want(json_get(p, "materials"), JSON_KIND_LIST, "materials", NULL);

	if (r < 0) /* a map in link v0.2, a list in v1 */
		r = want(json_get(p, "materials"), JSON_KIND_MAP, "materials", NULL);
	if (r < 0)
		return err_set(err, ERR_FORMAT, "the predicate has no \"materials\"");
	return want(json_get(p, "name"), JSON_KIND_TEXT, "name", err);
}

static int check_nothing(const struct json *p, struct err *err)
{
	return json_kind_of(p) == JSON_KIND_MAP
		       ? 0
		       : err_set(err, ERR_FORMAT, "the predicate is no JSON object");
}

const struct predicate_kind predicate_kinds[] = {
	{"custom", PREDICATE_CUSTOM, NULL, "anything", check_nothing},
	{"cyclonedx", PREDICATE_CYCLONEDX, "https://cyclonedx.org/bom/", "CycloneDX SBOM",
	 check_cyclonedx},
	{"link", PREDICATE_LINK, NULL, "in-toto link", check_link},
	{"openvex", PREDICATE_OPENVEX, "https://openvex.dev/ns/", "OpenVEX document",
	 check_openvex},
	{"slsaprovenance", PREDICATE_SLSA_0_2, NULL, "SLSA provenance v0.2", check_slsa_0_2},
	{"slsaprovenance02", PREDICATE_SLSA_0_2, NULL, "SLSA provenance v0.2", check_slsa_0_2},
	{"slsaprovenance1", PREDICATE_SLSA_1, NULL, "SLSA provenance v1", check_slsa_1},
	{"spdx", PREDICATE_SPDX, "https://spdx.dev/Document/", "SPDX SBOM", check_spdx},
	{"spdxjson", PREDICATE_SPDX, "https://spdx.dev/Document/", "SPDX SBOM", check_spdx},
	{"vsa", PREDICATE_VSA, NULL, "SLSA verification summary", check_vsa},
	{"vuln", PREDICATE_VULN, NULL, "vulnerability scan", check_vuln},
	{NULL, NULL, NULL, NULL, NULL},
};

const struct predicate_kind *predicate_find(struct str name)
{
	for (const struct predicate_kind *k = predicate_kinds; k->name; k++)
		if (str_is(name, k->name))
			return k;
	return NULL;
}

static bool is_of_kind(const struct predicate_kind *k, struct str type)
{
	return str_is(type, k->type) || (k->prefix && str_has_prefix(type, str_of(k->prefix)));
}

const struct predicate_kind *predicate_of_type(struct str type)
{
	for (const struct predicate_kind *k = predicate_kinds; k->name; k++)
		if (is_of_kind(k, type))
			return k;
	return NULL;
}

bool predicate_type_is(struct str type, struct str wanted)
{
	const struct predicate_kind *k = predicate_find(wanted);

	return k ? is_of_kind(k, type) : str_eq(type, wanted);
}
