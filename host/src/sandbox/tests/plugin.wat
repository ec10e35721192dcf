;; A plugin of contract 0.1 by hand, for attacks that no compiler writes. `extra` holds whole definitions of the component,
;; `fields` of its module, `data` what lies in its memory of `pages` pages, from the second one on; `describe`, `start` and
;; `resume` are the bodies of its functions. Arguments of a call are written
;; from `free` on.
(component
  {extra}
  (core module $code
    (memory (export "memory") {pages})
    (data (i32.const 65536) "{data}")
    (global $free (mut i32) (i32.const {free}))
    {fields}
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (local $at i32)
      (local.set $at (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
      (global.set $free (i32.add (local.get $at) (local.get 3)))
      (local.get $at))
    (func (export "describe") (result i32) {describe})
    (func (export "start") (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) {start})
    (func (export "resume")
      (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) {resume}))
  (core instance $core (instantiate $code))
  (alias core export $core "memory" (core memory $memory))
  (alias core export $core "realloc" (core func $realloc))

  (type $effect' (enum "read" "write" "destructive"))
  (export $effect "effect" (type $effect'))
  (type $access' (enum "text" "image" "bytes" "output"))
  (export $access "access" (type $access'))
  (type $file-argument' (record (field "at" string) (field "access" $access)))
  (export $file-argument "file-argument" (type $file-argument'))
  (type $tool' (record
    (field "name" string) (field "title" string) (field "description" string) (field "input" string)
    (field "output" (option string)) (field "effect" $effect) (field "idempotent" bool) (field "open-world" bool)
    (field "routes" (list string)) (field "files" (list $file-argument))))
  (export $tool "tool" (type $tool'))
  (type $manifest' (record
    (field "name" string) (field "version" string) (field "about" string) (field "tools" (list $tool))))
  (export $manifest "manifest" (type $manifest'))

  (type $file' (record
    (field "at" string) (field "name" string) (field "size" u64) (field "text" (option string)) (field "mark" string)))
  (export $file "file" (type $file'))
  (type $call' (record
    (field "tool" string) (field "arguments" string) (field "settings" string) (field "now" string)
    (field "files" (list $file))))
  (export $call "call" (type $call'))
  (type $held' (record (field "mark" string) (field "bytes" u64) (field "items" u64) (field "text" bool)))
  (export $held "held" (type $held'))
  (type $answer' (record (field "status" u16) (field "body" string) (field "held" (option $held))))
  (export $answer "answer" (type $answer'))

  (type $write' (record (field "to" string) (field "data" (list u8)) (field "sha256" (option string))))
  (export $write "write" (type $write'))
  (type $request' (record
    (field "route" string) (field "input" string) (field "accept" (list u16)) (field "hold" (option string))))
  (export $request "request" (type $request'))
  (type $progress' (record (field "done" u64) (field "total" (option u64)) (field "text" string)))
  (export $progress "progress" (type $progress'))
  (type $blob' (record (field "media-type" string) (field "data" (list u8))))
  (export $blob "blob" (type $blob'))
  (type $document' (record (field "uri" string) (field "name" string) (field "blob" (option $blob))))
  (export $document "document" (type $document'))
  (type $content' (variant
    (case "text" string) (case "image" $blob) (case "audio" $blob) (case "document" $document)))
  (export $content "content" (type $content'))
  (type $output' (record (field "content" (list $content)) (field "structured" (option string))))
  (export $output "output" (type $output'))
  (type $step' (variant (case "relay" $request) (case "send" (list $request)) (case "done" $output)))
  (export $step "step" (type $step'))
  (type $turn' (record
    (field "writes" (list $write)) (field "step" $step) (field "state" string) (field "progress" (option $progress))))
  (export $turn "turn" (type $turn'))

  (func $describe (result $manifest)
    (canon lift (core func $core "describe") (memory $memory) (realloc (func $realloc))))
  (func $start (param "call" $call) (result (result $turn (error string)))
    (canon lift (core func $core "start") (memory $memory) (realloc (func $realloc))))
  (func $resume (param "call" $call) (param "state" string) (param "answers" (list $answer))
    (result (result $turn (error string)))
    (canon lift (core func $core "resume") (memory $memory) (realloc (func $realloc))))
  (instance $tools
    (export "describe" (func $describe)) (export "start" (func $start)) (export "resume" (func $resume)))
  (export "tickiti:relay/tools@{version}" (instance $tools)))
