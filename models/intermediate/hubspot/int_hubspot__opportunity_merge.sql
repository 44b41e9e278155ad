-- Deals that were merged into others: from the list of merges, else from the ids that a surviving
-- deal names (id;id, some exports id:stamp;id:stamp). The first day on which a merge was known
-- stands for its day where nobody says it.
with

numbers as (
    select * from {{ ref('int_hubspot__list_place') }}
),

listed as (
    select
        deal_id as surviving_deal_id,
        merged_deal_id,
        coalesce(merged_at, synced_at) as merged_at,
        1 as precedence,
        _source_file,
        _source_row
    from {{ ref('stg_hubspot__merged_deal') }}
    where row_status in ('accepted', 'superseded') and not coalesce(is_deleted, false)
),

named as (
    select
        d.deal_id as surviving_deal_id,
        {{ clean_text("split_part(split_part(d.merged_deal_ids, ';', n.number), ':', 1)") }}
            as merged_deal_id,
        d.version_at as merged_at,
        2 as precedence,
        d._source_file,
        d._source_row
    from {{ ref('stg_hubspot__deal') }} as d
    inner join numbers as n
        on n.number <= length(d.merged_deal_ids) - length(replace(d.merged_deal_ids, ';', '')) + 1
    where d.row_status in ('accepted', 'superseded')
),

merged as (
    select * from listed
    union all
    select * from named
    where merged_deal_id is not null and merged_deal_id <> surviving_deal_id
),

ranked as (
    select
        *,
        row_number() over (
            partition by merged_deal_id
            order by
                precedence asc,
                merged_at asc nulls last,
                surviving_deal_id asc,
                _source_file asc,
                _source_row asc
        ) as choice
    from merged
),

final as (
    select
        'hubspot' as source_system,
        'hubspot:' || merged_deal_id as merged_opportunity_id,
        'hubspot:' || surviving_deal_id as surviving_opportunity_id,
        merged_at,
        _source_file,
        _source_row
    from ranked
    where choice = 1
)

select * from final
