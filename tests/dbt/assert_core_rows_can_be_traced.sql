-- Risk: a figure whose rows name no file cannot be traced back to what was delivered.
{{ config(
    meta={
        'rule_id': 'CORE-ROWS-TRACEABLE',
        'sentence': 'Every fact, person and account says which system, file and record it is from.',
        'severity': 'critical',
        'owner': 'data team',
    }
) }}
with

origins as (
    {% for table, key in [
        ('dim_person', 'person_id'),
        ('dim_account', 'account_id'),
        ('fct_opportunity', 'opportunity_id'),
        ('fct_opportunity_version', 'opportunity_id'),
        ('fct_opportunity_stage', 'opportunity_id'),
        ('fct_activity', 'activity_id'),
        ('fct_quota', 'quota_id'),
        ('fct_coaching_session', 'session_id'),
        ('fct_coaching_action', 'action_id'),
        ('fct_skill_score', 'skill_score_id'),
        ('fct_training', 'training_id'),
    ] -%}
        select
            '{{ table }}' as object,
            {{ key }} as record_id,
            source_system,
            _source_file,
            _source_row
        from {{ ref(table) }}
        {%- if not loop.last %}
            union all
        {% endif -%}
    {% endfor %}
)

select
    object,
    record_id
from origins
where
    record_id <> '(unassigned)'
    and (source_system is null or _source_file is null or _source_row is null)
