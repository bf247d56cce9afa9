/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "base/strbuf.h"
#include "render/license.h"

static const struct {
	const char *in, *want;
	enum license_kind kind;
} rows[] = {
	{"", "", LICENSE_NONE},
	{" NOASSERTION ", "", LICENSE_NONE},
	{"MIT", "MIT", LICENSE_ID},
	{"mit", "MIT", LICENSE_ID},
	{"zlib", "Zlib", LICENSE_ID},
	{"0BSD", "0BSD", LICENSE_ID},
	{"ZPL-2.1", "ZPL-2.1", LICENSE_ID},
	{"GPLv2+", "GPL-2.0-or-later", LICENSE_ID},
	{"GPL-2.0+", "GPL-2.0-or-later", LICENSE_ID},
	{"GPL-2.0", "GPL-2.0-only", LICENSE_ID},
	{"Expat", "MIT", LICENSE_ID},
	{"ASL 2.0", "Apache-2.0", LICENSE_ID},
	{"Apache License, Version 2.0", "Apache-2.0", LICENSE_ID},
	{"Apache-2.0+", "Apache-2.0+", LICENSE_EXPRESSION},
	{"GPL-2.0-only AND MIT", "GPL-2.0-only AND MIT", LICENSE_EXPRESSION},
	{"GPLv2+ and mit", "GPL-2.0-or-later AND MIT", LICENSE_EXPRESSION},
	{"(GPLv2+ or LGPLv3+) and GPLv3+",
	 "(GPL-2.0-or-later OR LGPL-3.0-or-later) AND GPL-3.0-or-later", LICENSE_EXPRESSION},
	{"GPL-3.0-or-later WITH GCC-exception-3.1", "GPL-3.0-or-later WITH GCC-exception-3.1",
	 LICENSE_EXPRESSION},
	{"gplv3+ with gcc-exception-3.1", "GPL-3.0-or-later WITH GCC-exception-3.1",
	 LICENSE_EXPRESSION},
	{"BSD", "LicenseRef-BSD", LICENSE_NAMED},
	{"LGPLv2+", "LicenseRef-LGPLv2-plus", LICENSE_NAMED},
	{"Public Domain", "LicenseRef-Public-Domain", LICENSE_NAMED},
	{"MIT and BSD with advertising", "MIT AND LicenseRef-BSD-with-advertising", LICENSE_NAMED},
	{"GPLv2+ with exceptions", "LicenseRef-GPLv2-plus-with-exceptions", LICENSE_NAMED},
	{"LicenseRef-Fedora-Public-Domain", "LicenseRef-Fedora-Public-Domain", LICENSE_NAMED},
	{"custom:xyz", "LicenseRef-custom-xyz-834ba4e2", LICENSE_NAMED},
	{"GPLv2+, MIT", "LicenseRef-GPLv2-plus--MIT-bc392406", LICENSE_NAMED},
	{"(MIT", "LicenseRef--MIT-81cb5ffc", LICENSE_NAMED},
	{"MIT)", "LicenseRef-MIT--59c2feef", LICENSE_NAMED},
	{"MIT) and (ISC", "LicenseRef-MIT--and--ISC-9df25604", LICENSE_NAMED},
	{"MIT and", "LicenseRef-MIT-and", LICENSE_NAMED},
	{"or MIT", "LicenseRef-or-MIT", LICENSE_NAMED},
	{"MIT () ISC", "LicenseRef-MIT----ISC-7fe5f045", LICENSE_NAMED},
};

TEST(means_what_the_field_certainly_means)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);
		enum license_kind kind = license_convert(str_of(rows[i].in), &sb, NULL);

		assert_str(strbuf_str(&sb), rows[i].want);
		if (kind != rows[i].kind)
			fail_msg("\"%s\": kind %d", rows[i].in, (int)kind);
	}
}

struct collector {
	struct license_refs base;
	struct strbuf *all;
};

static void collect(struct license_refs *base, struct str id, struct str text)
{
	struct collector *c = (struct collector *)base;

	strbuf_addf(c->all, "%.*s=%.*s;", STR_FMT(id), STR_FMT(text));
}

TEST(each_reference_is_reported_with_its_text)
{
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);
	CLEANUP(strbuf_done) struct strbuf all = STRBUF_INIT(4096);
	struct collector c = {{collect}, &all};

	license_convert(STR("BSD and (MIT or Public Domain)"), &sb, &c.base);
	assert_str(strbuf_str(&all), "LicenseRef-BSD=BSD;LicenseRef-Public-Domain=Public Domain;");
	strbuf_reset(&all);
	strbuf_reset(&sb);
	license_convert(STR("BSD and (MIT"), &sb, &c.base);
	assert_int_equal(str_find(strbuf_str(&all), STR("=BSD and (MIT;")) < all.n, true);
	assert_int_equal(str_find(strbuf_str(&all), STR("LicenseRef-BSD=")), all.n);
}

TEST(hostile_text_stays_one_reference)
{
	static char deep[3000];
	CLEANUP(strbuf_done) struct strbuf sb = STRBUF_INIT(4096);

	memset(deep, '(', sizeof deep);
	assert_int_equal(license_convert(str_make(deep, sizeof deep), &sb, NULL), LICENSE_NAMED);
	assert_true(sb.n < 200);
	strbuf_reset(&sb);
	assert_int_equal(license_convert(str_make("a\0\xff\n<b>", 7), &sb, NULL), LICENSE_NAMED);
	for (size_t i = 0; i < sb.n; i++)
		assert_true(char_is_alnum(sb.p[i]) || sb.p[i] == '-' || sb.p[i] == '.');
}

#define SPDX_LICENSE(id)	  id,
#define SPDX_EXCEPTION(id)	  id,
#define LICENSE_DIALECT(name, id) name,
static const char *const licenses[] = {
#include "package/spdx_licenses.def"
};
static const char *const exceptions[] = {
#include "package/spdx_exceptions.def"
};
static const char *const dialects[] = {
#include "render/license_dialects.def"
};
#undef LICENSE_DIALECT
#define LICENSE_DIALECT(name, id) id,
static const char *const targets[] = {
#include "render/license_dialects.def"
};

/* The lists are searched by halves, so a line in the wrong place would hide itself. */
static void assert_sorted(const char *const *list, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (strcasecmp(list[i - 1], list[i]) >= 0)
			fail_msg("%s stands before %s", list[i - 1], list[i]);
}

TEST(lists_are_sorted_and_dialects_lead_to_listed_licences)
{
	assert_sorted(licenses, ARRAY_LEN(licenses));
	assert_sorted(exceptions, ARRAY_LEN(exceptions));
	assert_sorted(dialects, ARRAY_LEN(dialects));
	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		bool found = false;

		for (size_t k = 0; k < ARRAY_LEN(licenses) && !found; k++)
			found = strcmp(licenses[k], targets[i]) == 0;
		if (!found)
			fail_msg("%s is not in spdx_licenses.def", targets[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(means_what_the_field_certainly_means),
		RUN(each_reference_is_reported_with_its_text),
		RUN(hostile_text_stays_one_reference),
		RUN(lists_are_sorted_and_dialects_lead_to_listed_licences),
	};

	return RUN_ALL(tests);
}
