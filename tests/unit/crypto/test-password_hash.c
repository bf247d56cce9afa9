/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "crypto/password_hash.h"

/* Made with openssl passwd and crypt(3) of "toor". */
static const char *const hashes[] = {
	("$6$abc$NDLP1jWoX0epqBH//"
	 "WYEbFc2xBHLKJfWLmAOb5hCMYXdYtENVZNMt3UQ0QaQxb6mjEHQgUvFhMj8lNT.RSCS7."),
	"$5$abc$0kyE.M/lVk82P9qXHqg2fF6IBpVgnfw.xDoiv1zyi8A",
	"$1$abc$6oqhhS8I7kjelvdsew.cJ/",
	"abhKo2urtNdfg",
};

TEST(the_word_behind_a_hash_is_known_and_no_other)
{
	for (size_t i = 0; i < ARRAY_LEN(hashes); i++) {
		assert_true(password_hash_is_of(str_of(hashes[i]), STR("toor")));
		assert_false(password_hash_is_of(str_of(hashes[i]), STR("root")));
		assert_false(password_hash_is_of(str_of(hashes[i]), STR("")));
	}
}

/* Each of them would take hours, or is no hash at all. */
static const char *const refused[] = {
	"$6$rounds=999999999$abc$x",
	"$2b$31$abcdefghijklmnopqrstuu",
	"$y$jGT$salt$x",
	"$7$C6..../....salt$x",
	"*",
	"",
	"$6$",
};

TEST(a_hash_that_asks_for_too_much_work_is_of_no_word)
{
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		assert_false(password_hash_is_of(str_of(refused[i]), STR("toor")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(the_word_behind_a_hash_is_known_and_no_other),
		RUN(a_hash_that_asks_for_too_much_work_is_of_no_word),
	};

	return RUN_ALL(tests);
}
