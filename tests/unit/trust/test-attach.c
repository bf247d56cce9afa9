/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/attach.h"

#include "tests/unit/test.h"

TEST(an_sbom_is_told_by_its_content)
{
	static const struct {
		const char *bytes, *type;
	} rows[] = {
		{"{\"bomFormat\":\"CycloneDX\"}", "application/vnd.cyclonedx+json"},
		{" \n{\"spdxVersion\":\"SPDX-2.3\"}", "application/spdx+json"},
		{"SPDXVersion: SPDX-2.3", "text/spdx"},
		{"<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\">",
		 "application/vnd.cyclonedx+xml"},
		{"<html>", ""},
		{"{\"bomFormat\":\"other\"}", ""},
		{"{", ""},
		{"", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_str(attach_sbom_type(str_of(rows[i].bytes)), rows[i].type);
}

int main(void)
{
	const struct CMUnitTest tests[] = {RUN(an_sbom_is_told_by_its_content)};

	return RUN_ALL(tests);
}
