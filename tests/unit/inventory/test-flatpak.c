/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/inventory/table.h"

extern const struct pkgdb pkgdb_flatpak, pkgdb_flatpak_metadata;

static const struct table_row rows[] = {
	{&pkgdb_flatpak,
	 {"the first release and name",
	  "var/lib/flatpak/app/org.k.Keel/current/active/export/share/metainfo/"
	  "org.k.Keel.metainfo.xml",
	  "<component><id>org.k.Keel</id><name>Keel</name><name "
	  "xml:lang=\"de\">Kiel</name><project_license>MIT</project_license><releases><release "
	  "version=\"2\" date=\"d\"/><release version=\"1\"/></releases></component>",
	  "flatpak/org.k.Keel@2 lic=MIT", NULL}},
	{&pkgdb_flatpak,
	 {"no name",
	  "var/lib/flatpak/app/org.k.Keel/current/active/export/share/metainfo/"
	  "org.k.Keel.metainfo.xml",
	  "<component><id>org.k.Keel</id><releases><release "
	  "version=\"2\"><description><p>1</p></description></release></releases></component>",
	  "flatpak/org.k.Keel@2", NULL}},
	{&pkgdb_flatpak_metadata,
	 {"alone", "var/lib/flatpak/app/org.k.Keel/x86_64/stable/0a1b/metadata",
	  "[Application]\n"
	  "name=org.k.Keel\n"
	  "runtime=org.gnome.Platform/x86_64/46\n"
	  "\n"
	  "[Context]\n"
	  "name=no\n",
	  "flatpak/org.k.Keel@ arch=x86_64", NULL}},
	{&pkgdb_flatpak_metadata,
	 {"a runtime", "var/lib/flatpak/runtime/org.k.Rt/aarch64/46/0a1b/metadata",
	  "[Runtime]\n"
	  "name=org.k.Rt\n",
	  "flatpak/org.k.Rt@46 arch=aarch64", NULL}},
};

TEST(files_give_their_records)
{
	table_check_rows(rows, ARRAY_LEN(rows));
}

static const struct table_error bad[] = {
	{&pkgdb_flatpak,
	 "var/lib/flatpak/app/org.k.Keel/current/active/export/share/metainfo/"
	 "org.k.Keel.metainfo.xml",
	 "<component><id>a</id><releases><release date=\"d\"/><release "
	 "version=\"1\"/></releases></component>",
	 ERR_FORMAT, "no version in the first release of component a"},
	{&pkgdb_flatpak,
	 "var/lib/flatpak/app/org.k.Keel/current/active/export/share/metainfo/"
	 "org.k.Keel.metainfo.xml",
	 "<component/>", ERR_FORMAT, "no id in component"},
	{&pkgdb_flatpak,
	 "var/lib/flatpak/app/org.k.Keel/current/active/export/share/metainfo/"
	 "org.k.Keel.metainfo.xml",
	 "", ERR_FORMAT, "line 1"},
	{&pkgdb_flatpak_metadata, "var/lib/flatpak/app/org.k.Keel/x86_64/stable/0a1b/metadata",
	 "[Context]\n"
	 "name=x\n",
	 ERR_FORMAT, "no name in [Application] or [Runtime]"},
};

TEST(a_bad_file_says_what_is_wrong)
{
	table_check_errors(bad, ARRAY_LEN(bad));
}

TEST(metadata_beside_appstream_only_adds)
{
	struct recording rec;

	recording_init(&rec);
	recording_sibling(&rec,
			  "var/lib/flatpak/app/org.k.Keel/x86_64/stable/0a1b/export/share/metainfo/"
			  "org.k.Keel.metainfo.xml",
			  STR("<component/>"));
	assert_int_equal(
		recording_parse(&rec, &pkgdb_flatpak_metadata,
				"var/lib/flatpak/app/org.k.Keel/x86_64/stable/0a1b/metadata",
				STR("[Application]\nname=org.k.Keel\n"), NULL),
		0);
	assert_int_equal(rec.packages.n, 0);
	assert_str(recording_join(&rec, recording_fragment(&rec, 0)->attributes),
		   "branch=stable,commit=0a1b");
	recording_done(&rec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(files_give_their_records),
		RUN(a_bad_file_says_what_is_wrong),
		RUN(metadata_beside_appstream_only_adds),
	};
	return RUN_ALL(tests);
}
