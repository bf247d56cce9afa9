/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libcurl, opened when the first byte goes over the network.
 *
 *     const struct curl_api *curl = curl_api_get(err);       NULL: libcurl is not installed
 *     CURL *easy = curl->easy_init();
 *
 * Linking it would load some thirty libraries, 6 ms, at every start, also of runs that never leave
 * the machine.
 * Ownership: the table lives until the process ends. Threads: safe. Errors: ERR_UNSUPPORTED with
 * the package that brings the library.
 */
#pragma once

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#include "base/err.h"

/* CURL_FN(member): the function curl_<member>. */
#define CURL_FUNCTIONS                                                                             \
	CURL_FN(global_init)                                                                       \
	CURL_FN(version_info)                                                                      \
	CURL_FN(easy_init)                                                                         \
	CURL_FN(easy_cleanup)                                                                      \
	CURL_FN(easy_reset)                                                                        \
	CURL_FN(easy_setopt)                                                                       \
	CURL_FN(easy_getinfo)                                                                      \
	CURL_FN(easy_strerror)                                                                     \
	CURL_FN(multi_init)                                                                        \
	CURL_FN(multi_cleanup)                                                                     \
	CURL_FN(multi_add_handle)                                                                  \
	CURL_FN(multi_remove_handle)                                                               \
	CURL_FN(multi_perform)                                                                     \
	CURL_FN(multi_poll)                                                                        \
	CURL_FN(multi_wakeup)                                                                      \
	CURL_FN(multi_info_read)                                                                   \
	CURL_FN(slist_append)                                                                      \
	CURL_FN(slist_free_all)                                                                    \
	CURL_FN(url)                                                                               \
	CURL_FN(url_cleanup)                                                                       \
	CURL_FN(url_get)                                                                           \
	CURL_FN(url_set)                                                                           \
	CURL_FN(free)

/* curl.h wraps some of its functions in macros of the same name. */
#undef curl_easy_setopt
#undef curl_easy_getinfo

struct curl_api {
#define CURL_FN(member) __typeof__(curl_##member) *(member);
	CURL_FUNCTIONS
#undef CURL_FN
};

const struct curl_api *curl_api_get(struct err *err);
