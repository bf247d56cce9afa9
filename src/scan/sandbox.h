/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the process gives up before it looks at hostile bytes: the network, running programs, and
 * writing files outside one directory.
 *
 *     sandbox_enter(cache_fd, &report->sandbox, &report->arena);
 *
 * It binds the calling thread and every thread made by it later, and cannot be undone. Threads
 * that were there before keep their rights: scan/opener.h has one, for images that are downloaded.
 * landlock refuses to create, change, remove or run files, except below writable_fd; seccomp
 * refuses sockets, new processes, exec, ptrace, mounts, namespaces, changes of owners, modes and
 * attributes, bpf, keys, io_uring and the like with EPERM; no-new-privs is set. Reading files stays
 * possible: a source opens layers by need.
 * What the kernel does not offer is said in ret->missing, never passed over. ret->scope is left to
 * the caller, who knows what other threads there are.
 */
#pragma once

#include "report/report.h"

void sandbox_enter(int writable_fd, struct report_sandbox *ret, struct arena *arena);
