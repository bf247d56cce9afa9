/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"
#include "inventory/sbom/bom.h"
#include "report/report.h"
#include "tests/unit/test.h"

#define CYCLONEDX "{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.6\", "
#define LIBRARY	  "{\"type\": \"library\", \"name\": \"x\", "

static struct report *read_bom(const char *text)
{
	struct report *report = report_new();
	struct err err = {0};

	assert_non_null(report);
	if (bom_read(str_of(text), report, &err) < 0)
		fail_msg("%s", err.msg);
	report_finish(report);
	return report;
}

TEST(json_is_told_by_its_first_byte)
{
	static const struct {
		const char *text;
		bool is;
	} rows[] = {
		{"{", true}, {" \n\t{\"a\"", true}, {"\xef\xbb\xbf{", true}, {"[1]", false},
		{"", false}, {"\x1f\x8b", false},   {"<bom/>", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (bom_is_json(str_of(rows[i].text)) != rows[i].is)
			fail_msg("%s", rows[i].text);
	assert_true(bom_is_bom(STR("{\"spdxVersion\": \"SPDX-9\"}")));
	assert_false(bom_is_bom(STR("{\"schema\": \"plimsoll.report/1\"}")));
}

TEST(a_purl_says_what_a_package_is)
{
	static const struct {
		const char *purl, *type, *namespace, *name, *version, *arch, *source,
			*source_version;
	} rows[] = {
		{"pkg:deb/debian/curl@1%3A7-1?arch=amd64&upstream=c", "deb", "", "curl", "1:7-1",
		 "amd64", "c", ""},
		{"pkg:deb/debian/curl@7-1?upstream=c%407-0", "deb", "", "curl", "7-1", "", "c",
		 "7-0"},
		{"pkg:rpm/redhat/a@1-2?arch=x86_64&epoch=3&upstream=b-1-2.src.rpm", "rpm", "", "a",
		 "3:1-2", "x86_64", "b", "1-2"},
		{"pkg:rpm/redhat/a@1-2?epoch=0", "rpm", "", "a", "1-2", "", "", ""},
		{"pkg:npm/%40team/left@1.0", "npm", "@team", "left", "1.0", "", "", ""},
		{"pkg:maven/org.x/y@1", "maven", "org.x", "y", "1", "", "", ""},
		{"pkg:golang/example.com/m@v1.2", "golang", "example.com", "m", "v1.2", "", "", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(report_freep) struct report *r = NULL;
		char text[512];

		(void)snprintf(text, sizeof text,
			       CYCLONEDX "\"components\": [" LIBRARY "\"purl\": \"%s\"}]}",
			       rows[i].purl);
		r = read_bom(text);
		assert_int_equal(r->packages.n, 1);
		const struct package *p = &((struct report_package *)vec_at(&r->packages, 0))->p;

		assert_str(p->type, rows[i].type);
		assert_str(p->namespace, rows[i].namespace);
		assert_str(p->name, rows[i].name);
		assert_str(p->version, rows[i].version);
		assert_str(p->arch, rows[i].arch);
		assert_str(p->source_name, rows[i].source);
		assert_str(p->source_version, rows[i].source_version);
	}
}

TEST(a_distribution_is_named_in_many_ways)
{
	static const struct {
		const char *component, *release;
	} rows[] = {
		{"{\"type\": \"operating-system\", \"name\": \"debian\", \"version\": \"12.5\"}",
		 "debian-12"},
		{"{\"type\": \"operating-system\", \"name\": \"redhat\", \"version\": \"8.6\"}",
		 "rhel-8"},
		{"{\"type\": \"operating-system\", \"name\": \"Alpine\", \"version\": \"3.18.4\"}",
		 "alpine-3.18"},
		{LIBRARY "\"purl\": \"pkg:deb/ubuntu/x@1?distro=ubuntu-22.04\"}", "ubuntu-22.04"},
		{LIBRARY "\"purl\": \"pkg:apk/alpine/x@1?distro=3.18.4\"}", "alpine-3.18"},
		{LIBRARY "\"purl\": \"pkg:rpm/opensuse/x@1?distro=opensuse-leap-15.5\"}",
		 "opensuse-leap-15.5"},
		{LIBRARY "\"purl\": \"pkg:npm/x@1?distro=debian-12\"}", ""},
		{"{\"type\": \"operating-system\", \"name\": \"a'; rm\", \"version\": \"'\"}", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(report_freep) struct report *r = NULL;
		char text[512];

		(void)snprintf(text, sizeof text, CYCLONEDX "\"components\": [%s]}",
			       rows[i].component);
		r = read_bom(text);
		assert_str(r->distro.release, rows[i].release);
	}
}

TEST(the_form_is_that_of_the_version)
{
	static const struct {
		const char *version, *rest, *message; /* NULL: it is good */
	} rows[] = {
		{"1.4", "\"version\": 1", NULL},
		{"1.4", "\"serialNumber\": null, \"version\": 1", NULL},
		{"1.4", "\"components\": []", "version is missing"},
		{"1.5", "\"components\": []", NULL},
		{"1.5", "\"version\": 0", "version: expected a whole number from 1"},
		{"1.8", "\"version\": 1", "CycloneDX 1.4 to 1.7 are read"},
		{"1.5", "\"components\": [{\"name\": \"x\", \"type\": \"cryptographic-asset\"}]",
		 "components: entry 1: type: no such value: \"cryptographic-asset\""},
		{"1.6", "\"components\": [{\"name\": \"x\", \"type\": \"cryptographic-asset\"}]",
		 NULL},
		{"1.6", "\"components\": [" LIBRARY "\"licenses\": [{\"license\": {}}]}]",
		 "one of these is missing: id name"},
		{"1.6",
		 "\"components\": [" LIBRARY "\"licenses\": [{\"license\": {\"id\": \"No\"}}]}]",
		 "expected an identifier of the SPDX licence list, not \"No\""},
		{"1.7", "\"components\": [" LIBRARY "\"versionRange\": \"vers:npm/1\"}]",
		 "versionRange: only a component with isExternal has one"},
		{"1.6", "\"dependencies\": [{\"dependsOn\": []}]",
		 "dependencies: entry 1: ref is missing"},
		{"1.6", "\"metadata\": {\"tools\": 7}", "metadata: tools: expected an object"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP(report_freep) struct report *r = report_new();
		struct err err = {0};
		char text[512];

		(void)snprintf(text, sizeof text,
			       "{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"%s\", %s}",
			       rows[i].version, rows[i].rest);
		if (bom_read(str_of(text), r, &err) < 0)
			assert_has(err.msg, rows[i].message ? rows[i].message : "(good)");
		else if (rows[i].message)
			fail_msg("%s was read", text);
	}
}

TEST(memory_that_ends_is_an_error_and_no_crash)
{
	static const char text[] = CYCLONEDX
		"\"components\": [" LIBRARY "\"purl\": \"pkg:deb/debian/curl@1?distro=debian-12\","
		"\"properties\": [{\"name\": \"plimsoll:package:attribute\", \"value\": "
		"\"a=b\"}]}]}";

	for (size_t n = 1; n < 40; n++) {
		CLEANUP(report_freep) struct report *r = report_new();
		struct err err = {0};

		arena_fail_after(&r->arena, n);
		if (bom_read(STR(text), r, &err) < 0)
			assert_int_equal(err.code, ERR_NOMEM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(json_is_told_by_its_first_byte),
		RUN(a_purl_says_what_a_package_is),
		RUN(a_distribution_is_named_in_many_ways),
		RUN(the_form_is_that_of_the_version),
		RUN(memory_that_ends_is_an_error_and_no_crash),
	};

	return RUN_ALL(tests);
}
