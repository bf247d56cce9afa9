/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/inventory/recording_sink.h"

extern const struct pkgdb pkgdb_apk;

TEST(reads_name_version_and_files)
{
	struct recording rec;

	recording_init(&rec);
	assert_int_equal(recording_parse(&rec, &pkgdb_apk, "lib/apk/db/installed",
					 STR("P:musl\nV:1.2.5-r0\nF:lib\nR:libc.so\n"), NULL),
			 0);
	assert_str(recording_package(&rec, 0)->name, "musl");
	assert_str(recording_package(&rec, 0)->version, "1.2.5-r0");
	assert_str(recording_join(&rec, recording_package(&rec, 0)->files), "lib/libc.so");
	recording_done(&rec);
}

int main(void)
{
	const struct CMUnitTest tests[] = {RUN(reads_name_version_and_files)};

	return RUN_ALL(tests);
}
