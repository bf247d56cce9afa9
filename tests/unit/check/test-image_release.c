/* SPDX-License-Identifier: Apache-2.0 */
#include "check/image_release.h"

#include "unit/test.h"

TEST(names_of_images_tell_the_release)
{
	static const struct {
		const char *repository, *tag, *id;
	} rows[] = {
		{"library/debian", "12-slim", "debian-12"},
		{"library/debian", "12.5", "debian-12"},
		{"library/debian", "bookworm-20240101", "debian-12"},
		{"library/ubuntu", "22.04", "ubuntu-22.04"},
		{"library/ubuntu", "focal", "ubuntu-20.04"},
		{"library/alpine", "3.18.4", "alpine-3.18"},
		{"library/node", "16-stretch", "debian-9"},
		{"library/golang", "1.15-alpine3.12", "alpine-3.12"},
		{"dotnet/sdk", "6.0-focal", "ubuntu-20.04"},
		{"library/centos", "7", "centos-7"},
		{"library/node", "12", ""},
		{"library/debian", "latest", ""},
		{"library/debian", "", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct image_release release = {.id = STR("")};

		(void)image_release_find(str_of(rows[i].repository), str_of(rows[i].tag), &release);
		if (!str_is(release.id, rows[i].id))
			fail_msg("%s:%s: %.*s", rows[i].repository, rows[i].tag,
				 STR_FMT(release.id));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(names_of_images_tell_the_release),
	};

	return RUN_ALL(tests);
}
