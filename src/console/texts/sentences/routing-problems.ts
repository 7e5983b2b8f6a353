/** What is wrong in the routing rules. */
export const ROUTING_PROBLEMS: Readonly<Record<string, string>> = {
  'every caller has a "{0}" already': '每位来电者本来就有“{0}”',
  '"{0}" means something else in expressions': '“{0}”在表达式中另有含义',
  'there is no attribute "{0}"': '没有属性“{0}”',
  '"{0}" is not sensitive': '“{0}”不是敏感属性',
  'any rule may use it: take it out of here': '任何规则都可使用它，请从此处删除',
  'there is no queue "{0}"': '没有队列“{0}”',
  'a queue cannot help itself': '队列不能溢出到自身',
  'name another one': '请改为其他队列',
  '{0} overflows to {1}, and {2} to {3} in the end': '{0} 溢出到 {1}，而 {2} 最终又溢出到 {3}',
  'take one of the two out, or give a step of relax the needs of the other':
    '请去掉其中一个溢出，或在 relax 的某一步中放宽到对方的要求',
  'after {0}s (max-wait) the flow goes on, unless its queue step says more':
    '{0} 秒（max-wait）后流程即继续，除非排队步骤另有设置',
  'nobody waits so long here': '这里没有人会等这么久',
  'write the steps in the order of their times': '请按时间先后排列各步',
  'there is no skill "{0}"': '没有技能“{0}”',
  'a target of 0% asks for nothing': '目标 0% 没有意义',
  'nobody can answer more than 100%': '接通率不可能超过 100%',
  '100% is never reached for long': '100% 无法长期达到',
  '98% in a longer time says the same': '可写 98% 并放宽时限',
  'nobody is answered in no time': '时限不能为零',
  'such as 80% in 20s': '例如 80% in 20s',
  'such as 90% in 20s': '例如 90% in 20s',
  'take it out of here': '请从此处删除',
  'take another name': '请换一个名称',
};
