/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the process gives up before it looks at hostile bytes: the network, running programs, and
 * writing files outside one directory.
 *
 *     sandbox_enter(cache_fd, &report->sandbox, &report->arena);
 *
 * Call it before other threads start: threads made later inherit it, and it cannot be undone.
 * landlock refuses to create, change, remove or run files, except below writable_fd; seccomp
 * refuses sockets, exec, ptrace, mounts, namespaces, bpf, keys, io_uring and the like with EPERM;
 * no-new-privs is set. Reading files stays possible: a source opens layers by need.
 * What the kernel does not offer is said in ret->missing, never passed over.
 */
#pragma once

#include "report/report.h"

void sandbox_enter(int writable_fd, struct report_sandbox *ret, struct arena *arena);
